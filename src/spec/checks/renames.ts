import type { Diagnostic } from '../../common/index.ts';
import type { Check, CheckInput } from '../check.ts';
import { asMap } from '../plain.ts';
import { problem } from '../problem.ts';

/** That each `renamedFrom` names something that is gone, once. */
export const checkRenames: Check = (input) => [...clashes(input, 'machines'), ...clashes(input, 'apps')];

function clashes(input: CheckInput, section: 'machines' | 'apps'): Diagnostic[] {
  const entries = Object.entries(asMap(input.data[section])).map(([name, entry]) => ({ name, from: asMap(entry).renamedFrom }));
  const taken = new Map<string, string>();
  return entries.flatMap(({ name, from }) => {
    if (typeof from !== 'string') return [];
    const at = input.source.at([section, name, 'renamedFrom']);
    if (from === name) return [problem('FAR-SPEC-009', at, `\`${name}\` is renamed from itself`, 'remove `renamedFrom`')];
    if (entries.some((other) => other.name === from)) {
      const message = `\`${name}\` is renamed from \`${from}\`, which is still there`;
      return [problem('FAR-SPEC-009', at, message, `remove \`${from}\`, or remove \`renamedFrom\` to have both`)];
    }
    const before = taken.get(from);
    taken.set(from, before ?? name);
    if (before === undefined) return [];
    return [problem('FAR-SPEC-009', at, `\`${before}\` and \`${name}\` are both renamed from \`${from}\``, 'keep one of the two')];
  });
}
