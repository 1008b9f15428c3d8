import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { labPaths } from './config.ts';
import { killCgroup, removeCgroup } from './hosts/cgroups.ts';
import { withLock } from './lock.ts';
import { restoreMachine } from './machine-wide.ts';
import { removeNetns } from './net/netns.ts';
import { resolveOwnership } from './owner.ts';
import type { Progress } from './progress.ts';

/** Stops the lab and removes all it made but the cache. Returns false when there was none. */
export async function labDown(progress: Progress): Promise<boolean> {
  const ownership = await resolveOwnership();
  if (typeof ownership === 'object') {
    throw new Error(`${ownership.refused}; it is left alone`);
  }
  if (ownership === 'ours') {
    await withLock(labPaths().lock, () => progress.step('removing the lab', removeLab));
  }
  await restoreMachine();
  return ownership === 'ours';
}

/**
 * Removes everything of this instance, whatever state it is in. Mounts go with the processes that hold their
 * namespaces; the owner's mark goes last, so that an interrupted removal can be taken up again.
 */
export async function removeLab(): Promise<void> {
  const { instance, state, owner } = labPaths();
  await killCgroup(instance);
  await removeCgroup(instance);
  await removeNetns();
  for (const file of await readdir(state)) {
    const path = join(state, file);
    if (path !== owner) {
      // A command of a killed `lab up` may still be writing; with its folder gone it fails, and is no more in the way.
      await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }
  }
  await rm(owner, { force: true });
  await rmdir(state);
}
