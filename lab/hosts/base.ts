import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from '../cache.ts';
import type { Progress } from '../progress.ts';
import { run } from '../run.ts';

/** Debian's release of the hosts, and of the packages in the images. */
export const suite = 'bookworm';

/** What a host has from the start: no container runtime, as on a vendor's fresh image. */
const packages = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'sudo',
  'iproute2',
  'iputils-ping',
  'iptables',
  'netfilter-persistent',
  'iptables-persistent',
  'ipset',
  'conntrack',
  'socat',
  'kmod',
  'procps',
  'curl',
  'ca-certificates',
];

/** Units of the base that a host in a container does not need. */
const masked = [
  'console-getty.service',
  'getty@.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
];

/** Pods whose first process ignores SIGTERM would hold up every reboot for the usual 90 s. */
const managerSettings = '[Manager]\nDefaultTimeoutStopSec=10s\n';

/** Files that must be each host's own, or that remember the machine the base was built on. */
const dropped = [
  'etc/machine-id',
  'var/lib/dbus/machine-id',
  'etc/hostname',
  'etc/resolv.conf',
  'etc/iptables/rules.v4',
  'etc/iptables/rules.v6',
];
const emptied = ['var/lib/apt/lists', 'var/cache/apt', 'var/log/apt'];

/** The root file system below all hosts, read only; built by debootstrap from its default mirror. */
export function ensureBase(progress: Progress): Promise<string> {
  return ensureCached({
    name: 'base',
    inputs: { suite, packages, managerSettings, masked, dropped, emptied, revision: 2 },
    progress,
    build: async (folder) => {
      const include = `--include=${packages.join(',')}`;
      await run(['debootstrap', '--variant=minbase', include, suite, folder]);
      await finish(folder);
    },
  });
}

async function finish(folder: string): Promise<void> {
  await run(['chroot', folder, 'systemctl', 'mask', ...masked]);
  for (const path of dropped) {
    await rm(join(folder, path), { force: true });
  }
  for (const path of emptied) {
    await run(['find', join(folder, path), '-mindepth', '1', '-delete']);
  }
  const ssh = join(folder, 'etc/ssh');
  for (const file of await readdir(ssh)) {
    if (file.startsWith('ssh_host_')) {
      await rm(join(ssh, file));
    }
  }
  const settings = join(folder, 'etc/systemd/system.conf.d');
  await mkdir(settings, { recursive: true });
  await writeFile(join(settings, '10-lab.conf'), managerSettings);
  await writeFile(join(folder, 'etc/machine-id'), '');
  await symlink('/etc/machine-id', join(folder, 'var/lib/dbus/machine-id'));
}
