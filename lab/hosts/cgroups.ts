import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../wait.ts';
import { type Hierarchy, readHierarchies } from './cgroup-mounts.ts';

/** All labs of a machine sit below this folder of each hierarchy. */
export const cgroupRoot = 'farthing-lab';

/** What a cgroup may use; an absent value is no limit. */
export interface CgroupLimits {
  readonly memoryBytes?: number;
  /** CPUs by number, as the kernel writes them: `0-1`, `1`. */
  readonly cpuset?: string;
}

/**
 * Makes `farthing-lab/<path>` in every hierarchy and returns the files that a process writes its own pid to
 * in order to join. A process that joins all of them before it starts a container roots the container's
 * cgroup namespace there, so that two kubelets never share a tree.
 */
export async function ensureCgroup(path: string, limits: CgroupLimits = {}): Promise<readonly string[]> {
  const joins: string[] = [];
  for (const hierarchy of await readHierarchies()) {
    let folder = hierarchy.mount;
    const parts = [cgroupRoot, ...path.split('/')];
    for (const part of parts) {
      const parent = folder;
      folder = join(folder, part);
      if (hierarchy.version === 2) {
        await enableControllers(parent);
      }
      await mkdir(folder, { recursive: true });
      await inherit(hierarchy, parent, folder);
    }
    await limit(hierarchy, folder, limits);
    joins.push(join(folder, 'cgroup.procs'));
  }
  return joins;
}

async function enableControllers(folder: string): Promise<void> {
  const available = (await readFile(join(folder, 'cgroup.controllers'), 'utf8')).trim().split(' ');
  for (const controller of available.filter(Boolean)) {
    // A controller may be unusable here (rt groups hold back `cpu`, say): the host then has no such limit.
    await writeFile(join(folder, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined);
  }
}

async function inherit(hierarchy: Hierarchy, parent: string, folder: string): Promise<void> {
  if (!hierarchy.controllers.includes('cpuset')) {
    return;
  }
  // A new version 1 cpuset is empty and accepts no process until both are filled.
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if ((await readFile(join(folder, file), 'utf8')).trim() === '') {
      await writeFile(join(folder, file), (await readFile(join(parent, file), 'utf8')).trim());
    }
  }
}

async function limit(hierarchy: Hierarchy, folder: string, limits: CgroupLimits): Promise<void> {
  const v2 = hierarchy.version === 2;
  const has = async (name: string) =>
    v2 ? (await readFile(join(folder, 'cgroup.controllers'), 'utf8')).split(/\s/).includes(name) : hierarchy.controllers.includes(name);
  if (limits.memoryBytes && (await has('memory'))) {
    await writeFile(join(folder, v2 ? 'memory.max' : 'memory.limit_in_bytes'), `${limits.memoryBytes}`);
  }
  if (limits.cpuset && (await has('cpuset'))) {
    await writeFile(join(folder, 'cpuset.cpus'), limits.cpuset);
  }
}

/** Bytes of memory charged to a cgroup, 0 when there is none. */
export async function memoryUsed(path: string): Promise<number> {
  for (const hierarchy of await readHierarchies()) {
    const folder = join(hierarchy.mount, cgroupRoot, path);
    const file = hierarchy.version === 2 ? 'memory.current' : 'memory.usage_in_bytes';
    const text = await readFile(join(folder, file), 'utf8').catch(() => '');
    if (text) {
      return Number(text);
    }
  }
  return 0;
}

/** Pids of all processes in a cgroup and below it, in any hierarchy. */
export async function cgroupPids(path: string): Promise<readonly number[]> {
  const pids = new Set<number>();
  for (const folder of await foldersBelow(path)) {
    const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
    for (const pid of text.split('\n').filter(Boolean)) {
      pids.add(Number(pid));
    }
  }
  // Processes of a pid namespace that cannot be seen from here are listed as 0.
  pids.delete(0);
  return [...pids];
}

/** Kills everything in a cgroup and waits until it is gone. Throws when something does not die within 20 s. */
export async function killCgroup(path: string): Promise<void> {
  await waitFor(
    `the processes of ${cgroupRoot}/${path} to end`,
    async () => {
      const pids = (await cgroupPids(path)).filter((pid) => pid !== process.pid);
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It ended by itself in the meantime.
        }
      }
      return pids.length === 0 ? true : undefined;
    },
    { seconds: 20, everyMs: 30 },
  );
}

/** Removes an empty cgroup with all below it, and `farthing-lab` itself after the last one. */
export async function removeCgroup(path: string): Promise<void> {
  for (const folder of (await foldersBelow(path)).toReversed()) {
    await waitFor(`${folder} to go`, () => rmdir(folder).then(() => true), { seconds: 10, everyMs: 20 });
  }
  for (const hierarchy of await readHierarchies()) {
    for (const part of ancestors(path)) {
      // Still in use by another lab, or never made.
      await rmdir(join(hierarchy.mount, part)).catch(() => undefined);
    }
  }
}

function ancestors(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.map((_, index) => join(cgroupRoot, ...parts.slice(0, parts.length - 1 - index)));
}

/** Folders of a cgroup in all hierarchies, each before its children. */
async function foldersBelow(path: string): Promise<readonly string[]> {
  const folders: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
    if (!entries) {
      return;
    }
    folders.push(folder);
    for (const entry of entries.filter((item) => item.isDirectory())) {
      await visit(join(folder, entry.name));
    }
  };
  for (const hierarchy of await readHierarchies()) {
    await visit(join(hierarchy.mount, cgroupRoot, path));
  }
  return folders;
}
