import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Reads a text file; undefined when there is none. Other errors are thrown as they are. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** Whether a path exists, and as what. */
export function kindOf(path: string): 'file' | 'folder' | undefined {
  if (!existsSync(path)) return undefined;
  return statSync(path).isDirectory() ? 'folder' : 'file';
}

/** Where farthing keeps its conveniences: everything here can be rebuilt. All folders are 0700. */
export interface LocalPaths {
  /** ssh host keys the user has accepted. */
  readonly knownHosts: string;
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
  const paths = { knownHosts: join(config, 'known_hosts'), controlDir, auditLog: join(state, 'log.jsonl') };
  for (const folder of [config, state, controlDir]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(paths.auditLog), { recursive: true, mode: 0o700 });
  return paths;
}
