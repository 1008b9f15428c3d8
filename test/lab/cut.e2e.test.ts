import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Laptop, laptop } from './farthing.ts';
import { homeInLab } from './home.ts';
import { onHost } from './hosts.ts';

// A machine whose network is cut: nothing is called right, nothing is done behind its back, and the
// same command finishes when it is there again.
let me: Laptop;
let file = '';

beforeAll(async () => {
  me = laptop();
  file = await homeInLab('home', join(me.home, 'home'));
});
afterAll(async () => {
  fault('heal');
  await me?.farthing(['down', '-f', file, '--confirm', 'home']);
  me?.dispose();
});

function fault(...args: string[]): void {
  execFileSync(process.execPath, ['--import', 'tsx', 'lab/main.ts', 'fault', ...args], {
    cwd: new URL('../..', import.meta.url).pathname,
    stdio: 'pipe',
  });
}

const run = (command: string, ...args: string[]) => me.farthing([command, '-f', file, ...args]);

it('up does not say that all is as the file says, and plans nothing for the others', async () => {
  const made = await run('up', '--yes');
  expect(made.code, made.stderr).toBe(0);
  fault('cut', 'micro-2');
  const cut = await run('up', '--yes');
  expect([cut.code, cut.stderr]).toEqual([1, expect.stringContaining('FAR-PLAN-003')]);
  expect(cut.stderr).not.toContain('as the file says');
  const plan = JSON.parse((await run('plan', '--json')).stdout) as { operations: unknown[]; findings: { severity: string }[] };
  expect(plan.operations).toEqual([]);
  expect(plan.findings.filter((finding) => finding.severity === 'mend')).toEqual([]);
  fault('heal');
  expect((await run('up', '--yes')).stderr).toContain('Nothing to do: home is as the file says.');
});

it('down does the rest, names the machine and ends with 1; when it is there again it finishes', async () => {
  fault('cut', 'micro-2');
  const cut = await run('down', '--confirm', 'home');
  expect([cut.code, cut.stderr]).toEqual([1, expect.stringContaining('not taken down: micro-2')]);
  expect((await onHost('big', 'ls -d /etc/farthing /usr/local/bin/k3s 2>/dev/null || true')).trim()).toBe('');
  fault('heal');
  const whole = await run('down', '--confirm', 'home');
  expect(whole.code, whole.stderr).toBe(0);
  expect((await onHost('micro-2', 'ls -d /etc/farthing /usr/local/bin/k3s 2>/dev/null || true')).trim()).toBe('');
});
