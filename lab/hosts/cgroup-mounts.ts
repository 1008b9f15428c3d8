import { readFile } from 'node:fs/promises';

/** One mounted cgroup hierarchy. */
export interface Hierarchy {
  readonly mount: string;
  readonly version: 1 | 2;
  /** Controllers of a version 1 hierarchy, empty for a named one and for version 2. */
  readonly controllers: readonly string[];
}

const controllerNames = new Set([
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'devices',
  'freezer',
  'blkio',
  'pids',
  'net_cls',
  'net_prio',
  'perf_event',
  'hugetlb',
  'rdma',
  'misc',
]);

/**
 * Reads the cgroup hierarchies out of /proc/self/mounts: several on a version 1 or hybrid machine,
 * exactly one on a version 2 machine. Bind mounts of the same hierarchy elsewhere are left out.
 */
export function parseHierarchies(mounts: string): readonly Hierarchy[] {
  const found: Hierarchy[] = [];
  for (const line of mounts.split('\n')) {
    const [, mount = '', type = '', options = ''] = line.split(' ');
    if (!mount.startsWith('/sys/fs/cgroup')) {
      continue;
    }
    if (type === 'cgroup') {
      const controllers = options.split(',').filter((option) => controllerNames.has(option));
      found.push({ mount, version: 1, controllers });
    } else if (type === 'cgroup2') {
      found.push({ mount, version: 2, controllers: [] });
    }
  }
  return found;
}

/** The hierarchies of this machine. */
export async function readHierarchies(): Promise<readonly Hierarchy[]> {
  return parseHierarchies(await readFile('/proc/self/mounts', 'utf8'));
}
