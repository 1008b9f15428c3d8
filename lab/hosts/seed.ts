import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { network, serviceNames } from '../config.ts';
import type { PlacedHost } from '../layouts.ts';
import { run } from '../run.ts';
import { oracleUbuntuRules } from './oracle-firewall.ts';

/** What a host's own files are made from. */
export interface SeedInput {
  readonly host: PlacedHost;
  readonly all: readonly PlacedHost[];
  /** The read-only root below the host. */
  readonly base: string;
  /** Empty folder that becomes the host's own layer over the base. */
  readonly folder: string;
  /** Public key that may log in. */
  readonly authorizedKey: string;
}

const uid = 1000;

/**
 * Writes what makes one host different from the base: names, keys, accounts, firewall.
 * Returns its public host key (`ssh-ed25519 AAAA…`).
 */
export async function seedHost(input: SeedInput): Promise<string> {
  const { host, folder } = input;
  const put = (path: string, text: string, mode = 0o644) => writeSeed(folder, path, text, mode);
  await put('etc/hostname', `${host.name}\n`);
  await put('etc/hosts', hostsFile(input.all, host.name));
  await put('etc/resolv.conf', `nameserver ${network.metadata}\n`);
  await put('etc/machine-id', `${randomBytes(16).toString('hex')}\n`, 0o444);
  if (host.firewall === 'oracle-ubuntu') {
    await put('etc/iptables/rules.v4', oracleUbuntuRules(), 0o640);
  }
  await seedUser(input, put);
  return seedHostKeys(folder);
}

type Put = (path: string, text: string, mode?: number) => Promise<void>;

async function writeSeed(folder: string, path: string, text: string, mode: number): Promise<void> {
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text, { mode });
}

async function seedUser(input: SeedInput, put: Put): Promise<void> {
  const { user } = input.host;
  const root = user === 'root';
  await put(
    'etc/ssh/sshd_config.d/50-cloud-init.conf',
    `PasswordAuthentication no\nPermitRootLogin ${root ? 'prohibit-password' : 'no'}\n`,
    0o600,
  );
  const home = root ? 'root' : `home/${user}`;
  await put(`${home}/.ssh/authorized_keys`, `${input.authorizedKey.trim()}\n`, 0o600);
  await mkdir(join(input.folder, home, '.ssh'), { recursive: true, mode: 0o700 });
  await run(['chmod', '700', join(input.folder, home, '.ssh')]);
  if (root) {
    await run(['chmod', '700', join(input.folder, home)]);
    return;
  }
  await run(['cp', '-a', `${join(input.base, 'etc/skel')}/.`, join(input.folder, home)]);
  await run(['chown', '-R', `${uid}:${uid}`, join(input.folder, home)]);
  for (const [file, line] of Object.entries(accountLines(user))) {
    const text = await readFile(join(input.base, file), 'utf8');
    await put(file, `${text.trimEnd()}\n${line}\n`, file.endsWith('shadow') ? 0o640 : 0o644);
    if (file.endsWith('shadow')) {
      await chown(join(input.folder, file), 0, 42); // group shadow
    }
  }
  await put('etc/sudoers.d/90-cloud-init-users', `${user} ALL=(ALL) NOPASSWD:ALL\n`, 0o440);
}

/** Lines that add a locked account with a home folder to the account files. */
export function accountLines(user: string): Readonly<Record<string, string>> {
  return {
    'etc/passwd': `${user}:x:${uid}:${uid}:${user}:/home/${user}:/bin/bash`,
    'etc/shadow': `${user}:!:19700:0:99999:7:::`,
    'etc/group': `${user}:x:${uid}:`,
    'etc/gshadow': `${user}:!::`,
  };
}

async function seedHostKeys(folder: string): Promise<string> {
  const ssh = join(folder, 'etc/ssh');
  for (const type of ['ed25519', 'ecdsa']) {
    await run(['ssh-keygen', '-q', '-t', type, '-N', '', '-C', '', '-f', join(ssh, `ssh_host_${type}_key`)]);
  }
  return (await readFile(join(ssh, 'ssh_host_ed25519_key.pub'), 'utf8')).trim();
}

/** /etc/hosts for a host (with its own name on 127.0.1.1, as Debian does), or for the world outside. */
export function hostsFile(all: readonly PlacedHost[], self?: string): string {
  return [
    '127.0.0.1\tlocalhost',
    ...(self ? [`127.0.1.1\t${self}`] : []),
    '::1\tlocalhost ip6-localhost ip6-loopback',
    `${network.gateway}\t${serviceNames.join(' ')}`,
    ...all.filter((host) => host.name !== self).map((host) => `${host.address}\t${host.name}`),
    '',
  ].join('\n');
}
