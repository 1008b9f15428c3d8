import { mkdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../cache.ts';
import { labPaths } from '../config.ts';

/** A file that the mirror serves. */
export interface ReleaseFile {
  readonly path: string;
  readonly size: number;
}

const served = () => join(labPaths().state, 'mirror');

/** Lets the mirror serve a release folder under the version of its `release.json`; another of that version is replaced. */
export async function serveRelease(folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(folder, 'release.json'), 'utf8')) as { version: string };
  await mkdir(served(), { recursive: true });
  await rm(join(served(), version), { force: true });
  await symlink(folder, join(served(), version));
  return version;
}

/** Whether a folder is a release of K3s or its stand-in. */
export function isRelease(folder: string): Promise<boolean> {
  return exists(join(folder, 'release.json'));
}

/** Version and file that a path names; `+` may be written as it is or as `%2B`. */
export function releasePath(pathname: string): { version: string; file: string } | undefined {
  const [, version, file] = pathname.match(/^\/k3s\/(v[^/]+)\/([A-Za-z0-9._-]+)$/) ?? [];
  return version && file ? { version: decodeURIComponent(version), file } : undefined;
}

/** The file that a path names, undefined when there is none. */
export async function findReleaseFile(pathname: string): Promise<ReleaseFile | undefined> {
  const wanted = releasePath(pathname);
  // An encoded slash must not lead out of the folder.
  if (!wanted || wanted.version.includes('/')) {
    return undefined;
  }
  const path = join(served(), wanted.version, wanted.file);
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? { path, size: found.size } : undefined;
}
