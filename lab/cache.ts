import { createHash, randomBytes } from 'node:crypto';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { labPaths } from './config.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';

/** Something slow to build and kept under the hash of what it is made from. */
export interface CacheEntry {
  /** First part of the folder's name: `base`, `images`, … */
  readonly name: string;
  /** Everything that decides the content; a change in any of it makes a new folder. */
  readonly inputs: unknown;
  /** Fills an empty folder. It gets its final name only when this returns. */
  readonly build: (folder: string) => Promise<void>;
  readonly progress: Progress;
}

/** Name of a cache folder: `<name>-<hash>`, the first 12 hex digits of the inputs' sha256. */
export function cacheName(name: string, inputs: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
  return `${name}-${hash.slice(0, 12)}`;
}

/** Path of a cached folder; builds it when absent. Half-built folders never carry the final name. */
export async function ensureCached(entry: CacheEntry): Promise<string> {
  const { cache } = labPaths();
  const name = cacheName(entry.name, entry.inputs);
  const final = join(cache, name);
  if (await exists(final)) {
    return final;
  }
  await mkdir(cache, { recursive: true });
  return withLock(join(cache, `.${name}.lock`), async () => {
    if (await exists(final)) {
      return final;
    }
    await dropHalfBuilt(cache, name);
    const half = join(cache, `.${name}.half-${randomBytes(4).toString('hex')}`);
    await mkdir(half);
    await entry.progress.step(`building ${name} (cached from now on)`, () => entry.build(half));
    await rename(half, final);
    return final;
  });
}

async function dropHalfBuilt(cache: string, name: string): Promise<void> {
  for (const file of await readdir(cache)) {
    if (file.startsWith(`.${name}.half-`)) {
      // A command of a killed build may still be writing there: then the next build removes it.
      await rm(join(cache, file), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
    }
  }
}

/** True when the path can be reached. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
