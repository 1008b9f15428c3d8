import type { Problem, SourceFile } from './problem.ts';

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
/** Names that other tools choose for us. */
const given = /^(README|CONTRIBUTING|HACKING|CHANGELOG|LICENSE|NOTICE)(\.md)?$|^\.|_test\.go$|^(go\.(mod|sum))$/;
/** Lines from which a file is worth a second thought, and from which it must be divided. */
const limits = { warn: 250, fail: 400 };

/** File names are kebab-case; code files stay short. Generated files and the go.sum kind are let be. */
export function checkFiles(files: readonly SourceFile[]): Problem[] {
  return files.flatMap((file) => [...checkName(file), ...checkSize(file)]);
}

function checkName({ path }: SourceFile): Problem[] {
  const wrong = path.split('/').filter((part) => !given.test(part) && !kebab.test(part));
  // Goldens and examples carry the names that the thing they imitate has.
  if (wrong.length === 0 || /^(test\/golden|examples)\//.test(path)) return [];
  return wrong.map((part) => ({ path, message: `"${part}" is not kebab-case` }));
}

function checkSize({ path, text }: SourceFile): Problem[] {
  if (!/\.(ts|js|go)$/.test(path) || /\.generated\./.test(path)) return [];
  const lines = text.split('\n').length - 1;
  if (lines > limits.fail) return [{ path, message: `${lines} lines: divide it (at most ${limits.fail})` }];
  if (lines > limits.warn) return [{ path, message: `${lines} lines: does it hold more than one idea?`, warning: true }];
  return [];
}
