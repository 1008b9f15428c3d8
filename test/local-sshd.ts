import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A real sshd on a free loopback port, with keys of its own and an agent that can log in. */
export interface LocalSshd {
  readonly dir: string;
  readonly port: number;
  /** `user@127.0.0.1`, the user who runs the test. */
  readonly target: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  /** Connections logged since the start. */
  connections(): number;
  stop(): void;
}

/** Starts it; installs Debian's openssh-server first where there is none (needs root). Points SSH_AUTH_SOCK of this process at its agent. */
export async function startLocalSshd(): Promise<LocalSshd> {
  const sshd = '/usr/sbin/sshd';
  if (!existsSync(sshd)) execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'openssh-server'], { stdio: 'ignore' });
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  const dir = mkdtempSync(join(tmpdir(), 'sshd-'));
  for (const name of ['host', 'user']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', join(dir, name)]);
  }
  const port = await freePort();
  const log = join(dir, 'log');
  writeFileSync(log, '');
  writeFileSync(
    join(dir, 'config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(dir, 'host')}`,
      `AuthorizedKeysFile ${join(dir, 'user.pub')}`,
      `PidFile ${join(dir, 'pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
      'LogLevel VERBOSE',
      '',
    ].join('\n'),
  );
  const server = spawn(sshd, ['-D', '-f', join(dir, 'config'), '-E', log], { stdio: 'ignore' });
  const socket = join(dir, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  for (let tries = 0; tries < 100 && !(existsSync(socket) && (await answers(port))); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const before = process.env.SSH_AUTH_SOCK;
  process.env.SSH_AUTH_SOCK = socket;
  execFileSync('ssh-add', ['-q', join(dir, 'user')], { stdio: 'ignore' });
  const [type, blob] = readFileSync(join(dir, 'host.pub'), 'utf8').split(' ');
  return {
    dir,
    port,
    target: `${userInfo().username}@127.0.0.1`,
    hostKey: `${type} ${blob}`,
    connections: () => readFileSync(log, 'utf8').split('Accepted publickey').length - 1,
    stop: () => {
      server.kill();
      agent.kill();
      if (before === undefined) delete process.env.SSH_AUTH_SOCK;
      else process.env.SSH_AUTH_SOCK = before;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1');
    probe.on('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
}
