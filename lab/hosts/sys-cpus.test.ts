import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cpuMask, writeSysCpus } from './sys-cpus.ts';

test('masks as the kernel writes them', () => {
  expect([cpuMask([0]), cpuMask([0, 1, 2, 3, 4])]).toEqual(['1', '1f']);
});

test('the processors of the host by their numbers, all on one memory node', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-sys-'));
  await writeSysCpus({ folder, cpus: [1, 3], memoryKiB: 1048576 });
  const cpus = (await readdir(join(folder, 'cpu'))).filter((name) => /^cpu\d/.test(name));
  expect(cpus.sort()).toEqual(['cpu1', 'cpu3']);
  expect(await readFile(join(folder, 'cpu/online'), 'utf8')).toBe('1,3\n');
  // Through the link, as the kubelet's library walks.
  expect(await readFile(join(folder, 'node/node0/cpu3/topology/core_id'), 'utf8')).toBe('3\n');
  expect(await readFile(join(folder, 'node/node0/meminfo'), 'utf8')).toContain('MemTotal:       1048576 kB');
  await rm(folder, { recursive: true });
});
