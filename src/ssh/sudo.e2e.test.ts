import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readLab } from '../../lab/state.ts';
import { type LabShells, labShells } from '../../test/lab/shells.ts';
import { realClock, realEnvironment, realProcesses } from '../cli/real-ports.ts';
import { openShells, type Shells } from './index.ts';

let lab: LabShells;
let plain: Shells;
let dir: string;

beforeAll(async () => {
  lab = await labShells();
  dir = mkdtempSync(join(tmpdir(), 'far-sudo-'));
  // A user who may log in with the same key, but may not become root.
  await (await lab.open('micro-2')).run(`useradd -m plain
mkdir -m 700 /home/plain/.ssh
cp /home/ubuntu/.ssh/authorized_keys /home/plain/.ssh/
chown -R plain: /home/plain/.ssh`);
  const host = (await readLab()).hosts.find((one) => one.name === 'micro-2');
  plain = openShells({
    processes: realProcesses,
    clock: realClock,
    env: realEnvironment,
    machines: [{ name: 'micro-2', target: `plain@${host?.address}`, hostKeys: [host?.hostKey ?? ''] }],
    knownHosts: join(dir, 'known_hosts'),
    controlDir: dir,
  });
});
afterAll(async () => {
  await plain.closeAll();
  await (await lab.open('micro-2')).run('userdel -r plain 2>/dev/null; true');
  await lab.dispose();
  rmSync(dir, { recursive: true, force: true });
});

it('a user with passwordless sudo is root, unless asked not to be', async () => {
  const shell = await lab.open('micro-2');
  expect((await shell.run('id -u')).stdout).toBe('0\n');
  expect((await shell.run('id -un', { root: false })).stdout).toBe('ubuntu\n');
});

it('a user without it is told how to get it', async () => {
  const shell = await plain.open('micro-2');
  expect((await shell.run('id -un', { root: false })).stdout).toBe('plain\n');
  await expect(shell.run('id -u')).rejects.toMatchObject({
    code: 'FAR-SSH-005',
    hint: expect.stringContaining('plain ALL=(ALL) NOPASSWD:ALL'),
  });
});
