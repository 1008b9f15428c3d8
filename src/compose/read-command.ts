import type { Problems } from './problems.ts';
import { readText } from './scalars.ts';
import { splitShellWords } from './shell-words.ts';
import type { Tree } from './tree.ts';

/** `command:` or `entrypoint:`; undefined when it is null, which means the image's own. */
export function readCommand(tree: Tree, what: string, problems: Problems): readonly string[] | undefined {
  if (tree.kind === 'scalar' && tree.value === null) return undefined;
  if (tree.kind === 'list') return tree.items.map((item) => readText(item, what, problems)).filter((word) => word !== undefined);
  const text = readText(tree, what, problems);
  const words = text === undefined ? undefined : splitShellWords(text);
  if (text !== undefined && words === undefined) problems.error(tree.at, `a quote in ${what} is not closed`);
  return words;
}
