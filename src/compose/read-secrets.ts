import { resolve } from 'node:path';
import { Sealed } from '../common/index.ts';
import type { Lookup } from './interpolate.ts';
import { loadFiles, mountLimit } from './load-files.ts';
import type { Problems } from './problems.ts';
import { readMap, readMode, readText } from './scalars.ts';
import { type Entry, entryOf, type Tree } from './tree.ts';
import type { Mount, MountedFile, ProjectFiles } from './types.ts';

/** Top-level `secrets` or `configs`: the one file of each. */
export type Sources = ReadonlyMap<string, Source>;

/** One file, and whether it may hold what comes from variables and so is kept in a Secret even when it is a config. */
export interface Source {
  readonly file: MountedFile;
  readonly secret: boolean;
}

/** What they are read from. */
export interface SecretOrigins {
  readonly files: ProjectFiles;
  readonly dir: string;
  readonly lookup: Lookup;
}

/** Reads the top level: `file`, `environment`, and for configs `content`. What is external lives in a Swarm and is refused. */
export async function readSources(
  kind: 'secrets' | 'configs',
  tree: Tree | undefined,
  origins: SecretOrigins,
  problems: Problems,
): Promise<Sources> {
  const sources = new Map<string, Source>();
  for (const entry of tree?.kind === 'map' ? tree.entries : []) {
    const source = await readSource(kind, entry, origins, problems);
    if (source) sources.set(entry.key, source);
  }
  return sources;
}

async function readSource(
  kind: 'secrets' | 'configs',
  entry: Entry,
  { files, dir, lookup }: SecretOrigins,
  problems: Problems,
): Promise<Source | undefined> {
  const known = ['file', 'environment', 'content', 'external', 'name', 'labels', 'driver', 'driver_opts', 'template_driver'];
  const what = `${kind}.${entry.key}`;
  const map = readMap(entry.value, what, known, problems);
  const text = (key: string) => {
    const value = entryOf(map, key)?.value;
    return value && readText(value, `${what}.${key}`, problems);
  };
  const made = (content: string): Source => ({
    file: { path: '', content: new Sealed(content), binary: false, mode: 0o444 },
    secret: true,
  });
  const path = text('file');
  if (path !== undefined) {
    const loaded = await loadFiles(resolve(dir, path), files);
    if (loaded.kind === 'file') return { file: { ...(loaded.files[0] as MountedFile), mode: 0o444 }, secret: kind === 'secrets' };
    const why =
      loaded.kind === 'missing'
        ? 'does not exist'
        : loaded.kind === 'large'
          ? `is larger than ${mountLimit / 1_000_000} MB`
          : 'is not a file';
    problems.error(entry.value.at, `${path} of ${what} ${why}`, 'Name a small file beside the compose file.', 'FAR-COMPOSE-001');
    return undefined;
  }
  const variable = text('environment');
  if (variable !== undefined) {
    const value = lookup(variable);
    if (value === undefined)
      problems.error(
        entry.value.at,
        `${variable}, which ${what} is taken from, is not set`,
        `Set it in .env or in the environment.`,
        'FAR-COMPOSE-003',
      );
    return value === undefined ? undefined : made(value);
  }
  const content = kind === 'configs' ? text('content') : undefined;
  if (content !== undefined) return made(content);
  problems.error(
    entry.keyAt,
    `${what} has no file`,
    'Use `file: ./path`; what is external or has a driver cannot be read from here.',
    'FAR-COMPOSE-004',
  );
  return undefined;
}

/** A service's `secrets:` (below /run/secrets) or `configs:` (at /NAME). */
export function readGrants(
  kind: 'secrets' | 'configs',
  tree: Tree,
  declared: ReadonlySet<string>,
  sources: Sources,
  problems: Problems,
): readonly Mount[] {
  if (tree.kind !== 'list') {
    problems.error(tree.at, `${kind} has to be a list`);
    return [];
  }
  return tree.items.flatMap((item): Mount[] => {
    const map = item.kind === 'map' ? readMap(item, kind, ['source', 'target', 'uid', 'gid', 'mode'], problems) : undefined;
    const value = (key: string) => entryOf(map, key)?.value;
    const nameTree = item.kind === 'map' ? value('source') : item;
    const name = nameTree && readText(nameTree, `${kind}.source`, problems);
    if (name === undefined || !declared.has(name)) {
      problems.error(item.at, name === undefined ? `${kind} needs a source` : `"${name}" is not declared under ${kind} at the top level`);
      return [];
    }
    const owner = entryOf(map, 'uid') ?? entryOf(map, 'gid');
    if (owner) problems.note(`${kind}.${owner.key}`, owner.keyAt, 'the file belongs to root; `mode` says who may read it');
    const targetTree = value('target');
    const target = (targetTree && readText(targetTree, `${kind}.target`, problems)) ?? name;
    const modeTree = value('mode');
    const mode = modeTree && readMode(modeTree, `${kind}.mode`, problems);
    const source = sources.get(name);
    if (!source) return [];
    const path = target.startsWith('/') ? target : kind === 'secrets' ? `/run/secrets/${target}` : `/${target}`;
    const files = [{ ...source.file, ...(mode === undefined ? {} : { mode }) }];
    return [{ kind: 'files', source: name, target: path, readOnly: true, files, secret: source.secret, at: item.at }];
  });
}
