import type { Environment } from '../common/index.ts';
import { parseDotenv } from './dotenv.ts';
import { interpolate } from './interpolate.ts';
import { dropResets, type MergeProblem, mergeTrees } from './merge.ts';
import type { Problems } from './problems.ts';
import { mapTexts, parseTree, type Tree } from './tree.ts';
import type { ProjectFiles } from './types.ts';

/** What is read and through what. */
export interface FileSources {
  /** Compose files, absolute, in merge order. */
  readonly files: readonly string[];
  readonly io: ProjectFiles;
  readonly env: Environment;
}

/** The variables of `.env` beside the first compose file; none when there is no such file. */
export async function readDotenvFile(
  path: string,
  { io, env }: FileSources,
  show: (path: string) => string,
  problems: Problems,
): Promise<ReadonlyMap<string, string>> {
  if ((await io.stat(path))?.kind !== 'file') return new Map();
  const read = parseDotenv(Buffer.from(await io.read(path)).toString('utf8'), (name) => env.get(name));
  for (const problem of read.problems) problems.error({ file: show(path), line: problem.line, column: 1 }, problem.message);
  for (const name of ['COMPOSE_FILE', 'COMPOSE_PROFILES']) {
    if (read.values.has(name)) {
      problems.warn(
        { file: show(path), line: 1, column: 1 },
        `${name} in .env is not used`,
        'List the compose files and profiles of the app in farthing.yaml.',
      );
    }
  }
  return read.values;
}

/** Each file parsed and interpolated by itself, then laid over those before it; undefined when none could be read. */
export async function readFiles(
  options: FileSources,
  show: (path: string) => string,
  lookup: (name: string) => string | undefined,
  problems: Problems,
): Promise<Tree | undefined> {
  let merged: Tree | undefined;
  const missing = new Set<string>();
  for (const path of options.files) {
    const file = show(path);
    if ((await options.io.stat(path))?.kind !== 'file') {
      problems.error(
        { file, line: 1, column: 1 },
        `the compose file ${file} does not exist`,
        'Check compose: of the app in farthing.yaml.',
        'FAR-COMPOSE-001',
      );
      continue;
    }
    const { tree, problems: broken } = parseTree(Buffer.from(await options.io.read(path)).toString('utf8'), file);
    for (const problem of broken) problems.error(problem.at, problem.message);
    if (!tree) continue;
    const filled = mapTexts(tree, (text, at) => {
      const result = interpolate(text, lookup);
      for (const error of result.errors) problems.error(at, error, undefined, 'FAR-COMPOSE-003');
      for (const name of result.missing) {
        if (!missing.has(name))
          problems.warn(
            at,
            `the variable ${name} is not set and becomes empty`,
            'Set it in .env beside the compose file, or write ${NAME:-default}.',
            'FAR-COMPOSE-003',
          );
        missing.add(name);
      }
      return result.text;
    });
    const conflicts: MergeProblem[] = [];
    merged = merged === undefined ? filled : mergeTrees(merged, filled, conflicts);
    for (const conflict of conflicts)
      problems.error(
        conflict.tree.at,
        `${conflict.path === '' ? 'this file' : conflict.path} is of another shape in an earlier file`,
        'Write it in the same form, or use !override.',
      );
  }
  return merged && dropResets(merged);
}
