import { access } from 'node:fs/promises';
import type { Progress } from './progress.ts';
import { run } from './run.ts';

/** Debian packages that the lab needs on this machine, and a file that proves each is there. */
const needed: Readonly<Record<string, string>> = {
  debootstrap: '/usr/sbin/debootstrap',
  'systemd-container': '/usr/bin/systemd-nspawn',
  iproute2: '/usr/sbin/ip',
  'openssh-client': '/usr/bin/ssh-agent',
  e2fsprogs: '/usr/sbin/mkfs.ext4',
  kmod: '/usr/sbin/depmod',
  openssl: '/usr/bin/openssl',
  nftables: '/usr/sbin/nft',
  // For the parts of the K3s stand-in that are C: its database driver and the pause container.
  gcc: '/usr/bin/gcc',
  'libc6-dev': '/usr/lib/x86_64-linux-gnu/libc.a',
};

/** Installs the Debian packages that are missing and says so. Packages stay when the lab goes. */
export async function ensurePackages(progress: Progress): Promise<void> {
  const missing: string[] = [];
  for (const [name, file] of Object.entries(needed)) {
    await access(file).catch(() => missing.push(name));
  }
  if (missing.length === 0) {
    return;
  }
  progress.say(`installing Debian packages: ${missing.join(' ')}`);
  await progress.step('apt-get install', async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing];
    const first = await run(install, { env, accept: 'any' });
    if (first.code !== 0) {
      await run(['apt-get', 'update'], { env });
      await run(install, { env });
    }
  });
}
