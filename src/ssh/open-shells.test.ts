import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type LocalSshd, startLocalSshd } from '../../test/local-sshd.ts';
import { realClock, realEnvironment, realProcesses } from '../cli/real-ports.ts';
import { Sealed } from '../common/index.ts';
import { keyAlias, keyFingerprint } from './host-keys.ts';
import { openShells, type ShellMachine, type ShellsOptions } from './open-shells.ts';
import type { Shells } from './types.ts';

// Handshakes are slow on a machine that runs all tests at once.
vi.setConfig({ testTimeout: 60_000 });

let sshd: LocalSshd;
let dir: string;
const all: Shells[] = [];

beforeAll(async () => {
  sshd = await startLocalSshd();
  dir = mkdtempSync(join(tmpdir(), 'far-ssh-'));
}, 120_000);

afterAll(async () => {
  await Promise.all(all.map((shells) => shells.closeAll()));
  sshd?.stop();
  rmSync(dir, { recursive: true, force: true });
});

function shellsFor(machine: Partial<ShellMachine> = {}, more: Partial<ShellsOptions> = {}): Shells {
  const shells = openShells({
    processes: realProcesses,
    clock: realClock,
    env: realEnvironment,
    machines: [{ name: 'big', target: sshd.target, port: sshd.port, hostKeys: [sshd.hostKey], ...machine }],
    knownHosts: join(dir, 'known_hosts'),
    controlDir: join(dir, 'control'),
    ...more,
  });
  all.push(shells);
  return shells;
}

describe('run', () => {
  test('twenty scripts at once share one connection', async () => {
    const before = sshd.connections();
    const shell = await shellsFor({ name: 'shared' }).open('shared');
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => shell.run('sleep 0.05; echo "$1"', { args: [String(i)] })));
    expect(results.map((result) => result.stdout)).toEqual(Array.from({ length: 20 }, (_, i) => `${i}\n`));
    expect(sshd.connections() - before).toBe(1);
  });

  test('arguments arrive as they are, whatever is in them', async () => {
    const shell = await shellsFor().open('big');
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && isUtf8(text)),
          { maxLength: 4 },
        ),
        async (args) => {
          const { stdout } = await shell.run(`for word in "$@"; do printf '%s\\0' "$word"; done`, { args });
          expect(stdout).toBe(args.map((word) => `${word}\0`).join(''));
        },
      ),
      { numRuns: 10 },
    );
  }, 60_000);

  test('input goes to the script, and a sealed one is revealed only there', async () => {
    const shell = await shellsFor().open('big');
    const { stdout } = await shell.run('wc -c; echo "$1"', { args: ['a b'], input: new Sealed('12345') });
    expect(stdout.trim().split(/\s+/)).toEqual(['5', 'a', 'b']);
  });

  test('a failing script gives its last lines, redacted', async () => {
    const shell = await shellsFor({ name: 'redacted' }, { redact: (text) => text.replaceAll('hunter2', '***') }).open('redacted');
    const failure = shell.run('for i in $(seq 30); do echo line $i; done; echo hunter2 >&2; exit 3');
    await expect(failure).rejects.toMatchObject({ code: 'FAR-SSH-006' });
    await expect(failure).rejects.toThrow(/exit code 3:\nline 12\n[\s\S]*\*\*\*$/);
    expect((await shell.run('exit 3', { ok: [0, 3] })).code).toBe(3);
  });

  test('a script that is cut off runs nothing, and commands in it do not eat it', async () => {
    const shell = await shellsFor().open('big');
    expect((await shell.run('cat\necho after')).stdout).toBe('after\n');
  });

  test('abort and timeout end the wait', async () => {
    const shell = await shellsFor().open('big');
    await expect(shell.run('sleep 30', { signal: AbortSignal.timeout(200) })).rejects.toThrow(/timeout/i);
    await expect(shell.run('sleep 30', { timeout: 200 })).rejects.toMatchObject({ code: 'FAR-SSH-006' });
  });
});

describe('files', () => {
  test('write is atomic, makes folders, sets the mode', async () => {
    const shell = await shellsFor().open('big');
    const path = join(dir, "made here/it's a file");
    await shell.write(path, 'one\n', { mode: 0o640 });
    await shell.write(path, new Sealed('two\n'), { mode: 0o600 });
    expect(readFileSync(path, 'utf8')).toBe('two\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('upload copies a large file in chunks and reports how far it is', async () => {
    const shell = await shellsFor().open('big');
    const local = join(dir, 'large');
    writeFileSync(local, Buffer.alloc(9 * 1024 * 1024, 'farthing'));
    const seen: number[] = [];
    await shell.upload(local, join(dir, 'copy'), { mode: 0o755, onBytes: (sent) => seen.push(sent) });
    expect(readFileSync(join(dir, 'copy')).equals(readFileSync(local))).toBe(true);
    expect(seen).toEqual([4, 8, 9].map((mebi) => mebi * 1024 * 1024));
    expect(existsSync(join(dir, 'copy.farthing-part'))).toBe(false);
  });
});

test('forward reaches a port of the machine and can be closed', async () => {
  const server = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const shell = await shellsFor().open('big');
  const forward = await shell.forward('127.0.0.1', typeof address === 'object' && address ? address.port : 0);
  const hello = () => fetch(`http://${forward.host}:${forward.port}/`, { headers: { connection: 'close' } });
  expect(await (await hello()).text()).toBe('hello');
  await forward.close();
  await expect(hello()).rejects.toThrow();
  server.close();
});

describe('host keys', () => {
  test('an unknown key is shown and refused without somebody to ask', async () => {
    const shell = await shellsFor({ name: 'new', hostKeys: [] }).open('new');
    const failure = shell.run('true');
    await expect(failure).rejects.toMatchObject({ code: 'FAR-SSH-002', hint: expect.stringContaining(sshd.hostKey) });
    await expect(failure).rejects.toThrow(keyFingerprint(sshd.hostKey));
  });

  test('an accepted key is asked for once and remembered', async () => {
    let asked = 0;
    const ask = {
      onUnknownKey: async ({ key }: { key: string }) => {
        asked += 1;
        return key === sshd.hostKey;
      },
    };
    const shells = shellsFor({ name: 'asked', hostKeys: [] }, ask);
    const shell = await shells.open('asked');
    await Promise.all([shell.run('true'), shell.run('true')]);
    const again = await shellsFor({ name: 'asked', hostKeys: [] }).open('asked');
    await again.run('true');
    expect(asked).toBe(1);
    expect(readFileSync(join(dir, 'known_hosts'), 'utf8')).toBe(`${keyAlias('asked', sshd.target, sshd.port)} ${sshd.hostKey}\n`);
  });

  test('another key than the pinned one is a changed key, also when the known_hosts has the right one', async () => {
    const wrong = readFileSync(join(sshd.dir, 'user.pub'), 'utf8').trim();
    const shell = await shellsFor({ name: 'changed', hostKeys: [wrong] }).open('changed');
    await expect(shell.run('true')).rejects.toMatchObject({ code: 'FAR-SSH-003' });
  });
});

describe('what can go wrong', () => {
  const cases: readonly [string, Partial<ShellMachine>, string, RegExp][] = [
    ['refused', { port: 1 }, 'FAR-SSH-001', /refused/],
    ['name', { target: 'root@no-such-host.invalid' }, 'FAR-SSH-001', /resolved/],
    ['auth', { target: 'nobody-there@127.0.0.1' }, 'FAR-SSH-004', /did not let us in/],
  ];
  test.each(cases)('%s', async (name, machine, code, text) => {
    const shell = await shellsFor({ name, ...machine }).open(name);
    const failure = shell.run('true');
    await expect(failure).rejects.toMatchObject({ code, hint: expect.any(String) });
    await expect(failure).rejects.toThrow(text);
  });

  test('a long folder for sockets is replaced by a short one', async () => {
    const long = join(dir, 'x'.repeat(60), 'y'.repeat(60));
    mkdirSync(long, { recursive: true });
    const shell = await shellsFor({}, { controlDir: long }).open('big');
    expect((await shell.run('echo ok')).stdout).toBe('ok\n');
  });

  test('a command that ends leaves the connections of another alone', async () => {
    const [first, second] = [shellsFor(), shellsFor()];
    const shell = await first.open('big');
    await shell.run('true');
    await (await second.open('big')).run('true');
    await second.closeAll();
    const before = sshd.connections();
    expect((await shell.run('echo still')).stdout).toBe('still\n');
    expect(sshd.connections()).toBe(before);
  });

  test('knock makes a connection of its own', async () => {
    const shell = await shellsFor().open('big');
    await shell.run('true');
    const before = sshd.connections();
    await shell.knock();
    expect(sshd.connections() - before).toBe(1);
  });
});

function isUtf8(text: string): boolean {
  return Buffer.from(text, 'utf8').toString('utf8') === text;
}
