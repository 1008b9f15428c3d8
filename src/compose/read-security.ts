import type { Problems } from './problems.ts';
import { readText, readTexts } from './scalars.ts';
import type { Tree } from './tree.ts';

/** `security_opt:`; only `no-new-privileges` has a field in a pod. True when it is asked for. */
export function readSecurity(tree: Tree, problems: Problems): boolean {
  const options = readTexts(tree, 'security_opt', problems);
  for (const option of options) {
    if (/^no-new-privileges([:=](true|false))?$/.test(option)) continue;
    problems.error(
      tree.at,
      `security_opt ${option.split(/[:=]/)[0]} cannot be mapped: only no-new-privileges is built`,
      'Remove it; pods run with the default seccomp and AppArmor profiles.',
      'FAR-COMPOSE-004',
    );
  }
  return options.some((option) => /^no-new-privileges([:=]true)?$/.test(option));
}

/** `group_add:`; numbers only, as names are known only inside the image. */
export function readGroups(tree: Tree, problems: Problems): readonly number[] {
  const items = tree.kind === 'list' ? tree.items : [tree];
  return items.flatMap((item) => {
    const text = readText(item, 'group_add', problems);
    if (text !== undefined && /^\d+$/.test(text)) return [Number(text)];
    const hint = 'Write the id of the group.';
    if (text !== undefined)
      problems.error(item.at, 'group_add has to have numbers: names are known only inside the image', hint, 'FAR-COMPOSE-004');
    return [];
  });
}
