import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProjectFiles } from '../compose/index.ts';
import type { Files } from '../spec/index.ts';

/** Reads a text file; undefined when there is none. Other errors are thrown as they are. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** The user's files, as the rooms that read them ask for them. */
export const realFiles: Files & ProjectFiles = {
  kindOf: (path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? undefined : found.isDirectory() ? 'folder' : 'file';
  },
  read: (path) => readFile(path),
  list: (path) => readdir(path),
  stat: async (path) => {
    const found = await stat(path).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR') return undefined;
      throw thrown;
    });
    if (!found) return undefined;
    return { kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other', size: found.size, mode: found.mode };
  },
};

/** Where farthing keeps its conveniences: everything here can be rebuilt. All folders are 0700. */
export interface LocalPaths {
  /** ssh host keys the user has accepted. */
  readonly knownHosts: string;
  /** Copy of the server token: without it no backup of the cluster's datastore can be restored. */
  readonly serverToken: string;
  /** Sockets of shared ssh connections. */
  readonly controlDir: string;
  /** What was done, a JSON line an event. */
  readonly auditLog: string;
}

/** The places for a cluster of this name, by the XDG base directory specification. */
export function localPaths(
  cluster: string,
  env: { get(name: string): string | undefined; readonly home: string },
  uid: number,
): LocalPaths {
  const config = join(env.get('XDG_CONFIG_HOME') ?? join(env.home, '.config'), 'farthing', cluster);
  const state = join(env.get('XDG_STATE_HOME') ?? join(env.home, '.local', 'state'), 'farthing', cluster);
  // Short: a socket's path may have 104 characters.
  const controlDir = env.get('XDG_RUNTIME_DIR') ? join(env.get('XDG_RUNTIME_DIR') as string, 'farthing') : `/tmp/farthing-${uid}`;
  const paths = {
    knownHosts: join(config, 'known_hosts'),
    serverToken: join(config, 'server-token'),
    controlDir,
    auditLog: join(state, 'log.jsonl'),
  };
  for (const folder of [config, state, controlDir]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return paths;
}
