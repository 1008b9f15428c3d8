import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Laptop, laptop } from './farthing.ts';
import { homeInLab } from './home.ts';
import { onHost } from './hosts.ts';

// A planted password, looked for everywhere farthing writes.
const planted = 'planted-7f3c9e5b1d';
const machines = ['big', 'micro-1', 'micro-2'];
let me: Laptop;
let file = '';

beforeAll(async () => {
  me = laptop();
  file = await homeInLab('home', join(me.home, 'home'));
  const env = join(me.home, 'home/shop/.env');
  writeFileSync(env, readFileSync(env, 'utf8').replace(/^DB_PASSWORD=.*$/m, `DB_PASSWORD=${planted}`));
  expect(readFileSync(env, 'utf8')).toContain(planted);
});
afterAll(async () => {
  await me?.farthing(['down', '-f', file, '--confirm', 'home']);
  me?.dispose();
});

/** Writes down every command line of a host that holds the secret, until the file /run/watch is gone. The pattern does not match itself. */
const watch = `touch /run/watch; nohup sh -c 'while [ -e /run/watch ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -a -o "[p]lanted-7f3c9e5b1d" >> /run/seen; sleep 0.1; done' >/dev/null 2>&1 &`;

it('is in no output, no command line, no log, no file others can read, and not in git or the cluster database', async () => {
  for (const machine of machines) await onHost(machine, `rm -f /run/seen; ${watch}`);
  let said = '';
  for (const args of [
    ['plan', '--verbose'],
    ['plan', '--json'],
    ['up', '--yes', '--verbose'],
    ['up', '--yes', '--json'],
    ['status'],
    ['status', '--json'],
    ['render'],
  ]) {
    const ran = await me.farthing([args[0] ?? '', '-f', file, ...args.slice(1)]);
    expect(ran.code, ran.stderr).toBe(0);
    said += ran.stdout + ran.stderr;
  }
  // It has arrived: the service knows it.
  const exec = await me.farthing(['exec', '-f', file, 'shop', 'db', '--', 'sh', '-c', 'printenv MARIADB_PASSWORD']);
  expect(exec.stdout.trim()).toBe(planted);
  expect(said).not.toContain(planted);
  expect(said).not.toContain(Buffer.from(planted).toString('base64'));

  for (const machine of machines) {
    await onHost(machine, 'rm -f /run/watch; sleep 0.3');
    expect(await onHost(machine, 'cat /run/seen 2>/dev/null; rm -f /run/seen'), `command lines of ${machine}`).toBe('');
    expect(await onHost(machine, `journalctl -o cat --no-pager | grep -c '${planted}' || true`), `journal of ${machine}`).toBe('0\n');
    const readable = await onHost(
      machine,
      `setpriv --reuid=65534 --regid=65534 --clear-groups grep -rslF -e '${planted}' /etc /home /opt /root /run /srv /tmp /usr/local /var 2>/dev/null || true`,
    );
    expect(readable, `what anybody can read on ${machine}`).toBe('');
    expect(
      await onHost(
        machine,
        `grep -rslF -e '${planted}' /etc /var/lib/farthing /run/farthing /tmp /var/log /root /home 2>/dev/null | grep -v '/var/log/journal' || true`,
      ),
      `what farthing wrote on ${machine}`,
    ).toBe('');
  }
  expect(await onHost('big', `grep -lF -e '${planted}' /var/lib/rancher/k3s/server/db/* || true`), 'secrets-encryption is on').toBe('');

  const mine = execFileSync('sh', ['-c', `grep -rlF -e '${planted}' "$1" | grep -v "^$1/home/shop/.env$" || true`, 'sh', me.home], {
    encoding: 'utf8',
  });
  expect(mine, 'what the laptop keeps').toBe('');
});
