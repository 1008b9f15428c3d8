import { resolve } from 'node:path';
import { Sealed } from '../common/index.ts';
import { parseDotenv } from './dotenv.ts';
import type { Lookup } from './interpolate.ts';
import type { Problems } from './problems.ts';
import { readBoolean, readMap, readPairs, readText } from './scalars.ts';
import { entryOf, type Tree } from './tree.ts';
import type { ProjectFiles } from './types.ts';

/** Where variables and files come from. */
export interface EnvironmentSources {
  readonly files: ProjectFiles;
  readonly dir: string;
  readonly lookup: Lookup;
  /** A path as the person knows it. */
  readonly show: (path: string) => string;
}

const variable = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/**
 * The container's variables: the env files in order, then `environment`, which wins even when it is
 * empty. A name without a value is taken from outside, and left away when it is not set there.
 */
export async function readEnvironment(
  envFile: Tree | undefined,
  environment: Tree | undefined,
  sources: EnvironmentSources,
  problems: Problems,
): Promise<Readonly<Record<string, Sealed>>> {
  const values = new Map<string, string>();
  for (const item of envFile ? (envFile.kind === 'list' ? envFile.items : [envFile]) : []) await addFile(item, values, sources, problems);
  for (const entry of environment ? readPairs(environment, 'environment', problems) : []) {
    if (!variable.test(entry.key)) {
      problems.error(entry.keyAt, 'this is not the name of a variable', 'Names have letters, digits and _ and do not start with a digit.');
      continue;
    }
    const isNull = entry.value.kind === 'scalar' && entry.value.value === null;
    const value = isNull ? sources.lookup(entry.key) : readText(entry.value, `environment.${entry.key}`, problems);
    if (value !== undefined) values.set(entry.key, value);
    else if (isNull) values.delete(entry.key);
  }
  return Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, new Sealed(value)]));
}

async function addFile(
  item: Tree,
  values: Map<string, string>,
  { files, dir, lookup, show }: EnvironmentSources,
  problems: Problems,
): Promise<void> {
  const map = item.kind === 'map' ? readMap(item, 'env_file', ['path', 'required', 'format'], problems) : undefined;
  const pathTree = item.kind === 'map' ? entryOf(map, 'path')?.value : item;
  const path = pathTree && readText(pathTree, 'env_file', problems);
  if (path === undefined) return problems.error(item.at, 'an env_file needs a path');
  const requiredTree = entryOf(map, 'required')?.value;
  const required = requiredTree ? readBoolean(requiredTree, 'env_file.required', problems) : true;
  const formatTree = entryOf(map, 'format')?.value;
  const format = formatTree && readText(formatTree, 'env_file.format', problems);
  if (format !== undefined && format !== 'raw') problems.error(item.at, `"${format}" is not a format of env_file`, 'The only one is raw.');
  const full = resolve(dir, path);
  if ((await files.stat(full))?.kind !== 'file') {
    if (required) problems.error(item.at, `the env_file ${path} does not exist`, 'Create it, or say `required: false`.', 'FAR-COMPOSE-001');
    return;
  }
  const text = Buffer.from(await files.read(full)).toString('utf8');
  // The file's own lines may build on files before it.
  const read = parseDotenv(text, (name) => lookup(name) ?? values.get(name), format === 'raw');
  for (const problem of read.problems) problems.error({ file: show(full), line: problem.line, column: 1 }, problem.message);
  for (const [name, value] of read.values) values.set(name, value);
}
