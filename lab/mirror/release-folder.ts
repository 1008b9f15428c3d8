import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { labPaths } from '../config.ts';

/** A folder of release files in the cache. */
export interface ReleaseFolder {
  readonly folder: string;
  /** `v1.36.3+lab1`. */
  readonly version: string;
}

/** The K3s stand-ins that the cache holds, newest first: folders `k3s-<hash>` with a `release.json`. */
export async function findReleases(): Promise<readonly ReleaseFolder[]> {
  const { cache } = labPaths();
  const found: { folder: string; version: string; made: number }[] = [];
  for (const name of await readdir(cache).catch(() => [])) {
    const folder = join(cache, name);
    const text = name.startsWith('k3s-') ? await readFile(join(folder, 'release.json'), 'utf8').catch(() => '') : '';
    if (text) {
      const { version } = JSON.parse(text) as { version: string };
      found.push({ folder, version, made: (await stat(join(folder, 'release.json'))).mtimeMs });
    }
  }
  return found.sort((a, b) => b.made - a.made).map(({ folder, version }) => ({ folder, version }));
}
