import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labPaths } from '../config.ts';
import type { PlacedHost } from '../layouts.ts';
import { run } from '../run.ts';
import { availableCpus, pickCpus } from './cpu-set.ts';
import { cpuInfo, memInfo } from './proc-files.ts';
import { seedHost } from './seed.ts';
import { writeSysCpus } from './sys-cpus.ts';

/** Where the parts of one host lie. */
export interface HostFolder {
  readonly dir: string;
  /** Sparse ext4 image: the layer over the base, and /var/lib. */
  readonly disk: string;
  /** Mount points, filled only inside the host's mount namespace. */
  readonly root: string;
  /** Shown as /proc/meminfo in the host. */
  readonly meminfo: string;
  readonly cpuinfo: string;
  /** Shown as /sys/devices/system/cpu and …/node. */
  readonly sys: string;
  /** What the host's console said. */
  readonly console: string;
}

/** Paths of a host's parts. */
export function hostFolder(name: string): HostFolder {
  const dir = join(labPaths().hosts, name);
  const at = (part: string) => join(dir, part);
  return {
    dir,
    disk: at('disk.img'),
    root: at('root'),
    meminfo: at('meminfo'),
    cpuinfo: at('cpuinfo'),
    sys: at('sys'),
    console: at('console.log'),
  };
}

/** The CPUs that a host of a layout is pinned to. */
export async function hostCpus(host: PlacedHost, all: readonly PlacedHost[]): Promise<readonly number[]> {
  const place = all.findIndex(({ name }) => name === host.name);
  return pickCpus(host.cpus, place, await availableCpus());
}

/** What a host is prepared from. */
export interface PrepareInput {
  readonly host: PlacedHost;
  readonly all: readonly PlacedHost[];
  readonly base: string;
  readonly authorizedKey: string;
}

/** Makes a host's folder: its disk, filled, and the /proc files it shows. Returns its public host key. */
export async function prepareHost(input: PrepareInput): Promise<string> {
  const { host, all, base } = input;
  const folder = hostFolder(host.name);
  const stage = join(folder.dir, 'stage');
  for (const path of ['disk', 'root', 'stage/upper', 'stage/work']) {
    await mkdir(join(folder.dir, path), { recursive: true });
  }
  await run(['cp', '-a', join(base, 'var/lib'), join(stage, 'var-lib')]);
  const hostKey = await seedHost({ ...input, folder: join(stage, 'upper') });
  await chmod(join(stage, 'upper'), 0o755);
  await writeFile(folder.disk, '');
  await run(['truncate', '-s', `${host.diskGiB}G`, folder.disk]);
  // Few inodes and a small journal: the image stays some 30 MB until the host writes.
  const size = ['-m', '0', '-i', '65536', '-J', 'size=16'];
  await run(['mkfs.ext4', '-q', ...size, '-d', stage, folder.disk]);
  await rm(stage, { recursive: true });
  await writeFile(folder.meminfo, memInfo(host.memoryMiB * 1024, 0));
  const cpus = await hostCpus(host, all);
  await writeFile(folder.cpuinfo, cpuInfo(await readFile('/proc/cpuinfo', 'utf8'), cpus));
  await writeSysCpus({ folder: folder.sys, cpus, memoryKiB: host.memoryMiB * 1024 });
  return hostKey;
}
