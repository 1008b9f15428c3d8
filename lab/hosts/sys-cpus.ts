import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatCpuList } from './cpu-set.ts';

/** What a host shows of its processors and memory under /sys/devices/system. */
export interface SysCpuInput {
  /** Empty folder; gets `cpu` and `node`. */
  readonly folder: string;
  /** Their numbers: the same as in the host's cpuset, for the kubelet hands them on to its pods' cpusets. */
  readonly cpus: readonly number[];
  readonly memoryKiB: number;
}

const real = '/sys/devices/system/cpu/cpu0/cache';
const cacheFiles = ['id', 'level', 'type', 'size', 'shared_cpu_map', 'shared_cpu_list'];

/**
 * Writes the trees that a host shows as /sys/devices/system/cpu and …/node: the kubelet counts processors there,
 * and a cpuset does not change what sysfs says.
 */
export async function writeSysCpus({ folder, cpus, memoryKiB }: SysCpuInput): Promise<void> {
  for (const file of ['online', 'possible', 'present']) {
    await put(join(folder, 'cpu'), file, formatCpuList(cpus));
  }
  for (const cpu of cpus) {
    await writeCpu(join(folder, 'cpu', `cpu${cpu}`), cpu, cpus);
  }
  const node = join(folder, 'node/node0');
  await put(node, 'cpulist', formatCpuList(cpus));
  await put(node, 'cpumap', cpuMask(cpus));
  await put(node, 'distance', '10');
  await put(node, 'meminfo', `Node 0 MemTotal:       ${memoryKiB} kB\nNode 0 MemFree:        ${memoryKiB} kB`);
  for (const cpu of cpus) {
    await symlink(`../../cpu/cpu${cpu}`, join(node, `cpu${cpu}`));
  }
  for (const file of ['online', 'possible', 'has_cpu', 'has_memory', 'has_normal_memory']) {
    await put(join(folder, 'node'), file, '0');
  }
}

async function writeCpu(folder: string, cpu: number, cpus: readonly number[]): Promise<void> {
  const topology = join(folder, 'topology');
  const own = { core_id: `${cpu}`, physical_package_id: '0', die_id: '0', cluster_id: '-1' };
  const alone = { thread_siblings: cpuMask([cpu]), thread_siblings_list: `${cpu}` };
  const together = { core_siblings_list: formatCpuList(cpus), package_cpus_list: formatCpuList(cpus) };
  for (const [file, text] of Object.entries({ ...own, ...alone, ...together })) {
    await put(topology, file, text);
  }
  await symlink('../../node/node0', join(folder, 'node0'));
  await mkdir(join(folder, 'cache'));
  for (const index of await readdir(real).catch(() => [])) {
    if (index.startsWith('index')) {
      await mkdir(join(folder, 'cache', index));
      for (const file of cacheFiles) {
        // Not every processor tells everything.
        const text = await readFile(join(real, index, file), 'utf8').catch(() => undefined);
        if (text !== undefined) {
          await put(join(folder, 'cache', index), file, text.trim());
        }
      }
    }
  }
}

async function put(folder: string, file: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, file), `${text}\n`);
}

/** CPUs as a kernel mask in hexadecimal. */
export function cpuMask(numbers: readonly number[]): string {
  return numbers.reduce((mask, cpu) => mask + 2 ** cpu, 0).toString(16);
}
