import { expect, test } from 'vitest';
import { parseHierarchies } from './cgroup-mounts.ts';

test('version 1 and hybrid: one hierarchy for each mount, named and unified ones too', () => {
  const found = parseHierarchies(`tmpfs /sys/fs/cgroup tmpfs rw,relatime,mode=755 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,name=systemd 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0
`);
  expect(found).toEqual([
    { mount: '/sys/fs/cgroup/cpu,cpuacct', version: 1, controllers: ['cpu', 'cpuacct'] },
    { mount: '/sys/fs/cgroup/memory', version: 1, controllers: ['memory'] },
    { mount: '/sys/fs/cgroup/systemd', version: 1, controllers: [] },
    { mount: '/sys/fs/cgroup/unified', version: 2, controllers: [] },
  ]);
});

test('version 2: the one unified tree', () => {
  const found = parseHierarchies('proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev 0 0\n');
  expect(found).toEqual([{ mount: '/sys/fs/cgroup', version: 2, controllers: [] }]);
});

test('hierarchies mounted elsewhere, as for a container, are not ours to use', () => {
  expect(parseHierarchies('cgroup2 /var/lib/some/root/sys/fs/cgroup cgroup2 rw 0 0\n')).toEqual([]);
});
