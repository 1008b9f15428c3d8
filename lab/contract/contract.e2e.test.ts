import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Result, Status } from './types.ts';

/** The whole suite against the stand-in, on two hosts of a lab of its own. */
const instance = 'farthing-contract';
const state = `/var/lib/farthing-lab/${instance}`;
const root = fileURLToPath(new URL('../..', import.meta.url));

interface Report {
  readonly version: string;
  readonly standIn: boolean;
  readonly counts: Readonly<Record<Status, number>>;
  readonly results: readonly Result[];
}

/** Runs a TypeScript program of this repository; progress goes to this terminal, stdout is the answer. */
function program(...argv: readonly string[]): Promise<{ code: number | null; out: string }> {
  return new Promise((resolve, reject) => {
    const words = ['node_modules/tsx/dist/cli.mjs', ...argv];
    const env = { ...process.env, FARTHING_LAB: instance };
    const child = spawn(process.execPath, words, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out }));
  });
}

let report: Report;
let code: number | null;

beforeAll(async () => {
  expect((await program('lab/main.ts', 'up', 'free-tier')).code).toBe(0);
  const contract = [
    ...['lab/contract/main.ts', '--host', 'ubuntu@big', '--agent', 'ubuntu@micro-1', '--version', 'v1.36.3+lab1'],
    ...['--mirror', 'https://mirror.lab:8443/k3s', '--image-registry', 'https://registry.lab:5000', '--image-ca', `${state}/ca/ca.crt`],
    ...['--yes', '--json', '--verbose'],
  ];
  const ran = await program('lab/main.ts', 'exec', '--', process.execPath, 'node_modules/tsx/dist/cli.mjs', ...contract);
  code = ran.code;
  report = JSON.parse(ran.out) as Report;
}, 30 * 60_000);

afterAll(async () => {
  await program('lab/main.ts', 'down');
}, 120_000);

it('keeps the contract but for the known differences', () => {
  const failed = report.results.filter((result) => result.status === 'fail');
  expect(failed.map(({ id, expected, found }) => ({ id, expected, found }))).toEqual([]);
  expect(code).toBe(0);
});

it('leaves no check out on two hosts with cgroup v1', () => {
  const skipped = report.results.filter((result) => result.status === 'skip').map(({ id, found }) => `${id}: ${found}`);
  expect(skipped.filter((line) => !line.endsWith('the host uses cgroup v2'))).toEqual([]);
  expect(report.counts.pass).toBeGreaterThan(120);
});

it('lists no difference that holds after all', () => {
  expect(report.results.filter((result) => result.note?.includes('take it off')).map((result) => result.id)).toEqual([]);
});
