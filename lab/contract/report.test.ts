import { expect, it } from 'vitest';
import { count, renderJson, renderTable } from './report.ts';
import type { Result } from './types.ts';

const base = { contract: 'k3s.yaml has mode 600', seconds: 0.1 };
const results: readonly Result[] = [
  { ...base, id: 'files.mode', scene: 'server', status: 'pass', found: '600' },
  { ...base, id: 'files.other', scene: 'server', status: 'fail', expected: '600', found: '644\n  root' },
  { ...base, id: 'node.runtime', scene: 'server', status: 'known', expected: '2.x', found: '1.6', note: 'Debian has 1.6' },
  { ...base, id: 'agent.node', scene: 'agent', status: 'skip', found: 'no --agent was given' },
];

it('shows what was expected and found only for what does not hold', () => {
  expect(renderTable(results)).toBe(`server
  ok     files.mode    k3s.yaml has mode 600
  FAIL   files.other   k3s.yaml has mode 600
         expected: 600
         found:    644 root
  known  node.runtime  k3s.yaml has mode 600
         expected: 2.x
         found:    1.6
         note:     Debian has 1.6

agent
  skip   agent.node    k3s.yaml has mode 600
         skipped:  no --agent was given

1 hold, 1 do not, 1 known differences, 1 skipped
`);
});

it('cuts long lines', () => {
  const long = { ...base, id: 'a', scene: 's', status: 'fail', expected: 'x'.repeat(1000), found: '' } as const;
  expect(
    Math.max(
      ...renderTable([long])
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThan(430);
});

it('gives the same as data', () => {
  const data = JSON.parse(renderJson({ version: 'v1' }, results)) as { version: string; counts: unknown; results: unknown[] };
  expect(data.version).toBe('v1');
  expect(data.counts).toEqual({ pass: 1, fail: 1, known: 1, skip: 1 });
  expect(data.results).toHaveLength(4);
});

it('counts nothing', () => {
  expect(count([])).toEqual({ pass: 0, fail: 0, known: 0, skip: 0 });
});
