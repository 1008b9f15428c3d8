import { describe, expect, it } from 'vitest';
import { goldenTests } from '../../test/golden-files.ts';
import { parseFacts } from './parse-facts.ts';
import { parseOwner } from './parse-owner.ts';

const seenAt = Date.UTC(2026, 10, 24, 9, 0, 0);

describe('golden', () => {
  // First half: what the script printed there, shortened; second half: the facts that are not empty.
  goldenTests('facts', (output) => {
    const facts = parseFacts('big', output, seenAt);
    const shown = Object.entries(facts).filter(
      ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    );
    return shown.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join('\n');
  });
});

it('a file arrives with every byte, its last newline or the lack of one', () => {
  const output = (text: string) => `banner\n@@farthing:boot-rules\nyes\n${text}\n@@farthing:filter\n\n@@farthing:end\n`;
  for (const text of ['*filter\nCOMMIT\n', '*filter\nCOMMIT', '', '\n\n']) expect(parseFacts('big', output(text), 0).bootRules).toBe(text);
});

it('a damaged mark is a mark: nobody takes the host by mistake', () => {
  expect(parseOwner('{"id": ')?.id).toBe('unknown');
  expect(parseOwner('{"id": "a"}')?.id).toBe('unknown');
  expect(parseOwner(' \n')).toBeUndefined();
});
