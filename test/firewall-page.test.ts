import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../scripts/source-tree.ts';
import { editBootRules } from '../src/host/edit-boot-rules.ts';
import { wantedRules } from '../src/host/wanted-rules.ts';

const path = join(root, 'docs/firewall.md');
const block = (name: string) => new RegExp(`(\`\`\`iptables ${name}\\n)([^\`]*)(\`\`\`)`);

it('docs/firewall.md shows the rules that farthing really makes', () => {
  const page = readFileSync(path, 'utf8');
  const before = block('before').exec(page)?.[2] ?? '';
  const wanted = wantedRules({ peers: ['10.0.0.12'], pods: '10.42.0.0/16', role: 'server', closed: { input: true, forward: true } });
  const after = editBootRules(before, wanted);
  if (process.env.GOLDEN_UPDATE)
    writeFileSync(
      path,
      page.replace(block('after'), (_, open: string, __, close: string) => `${open}${after}${close}`),
    );
  else expect(block('after').exec(page)?.[2]).toBe(after);
  expect(editBootRules(after, [])).toBe(before);
});
