import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exists } from './cache.ts';
import { withLock } from './lock.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-lock-'));
  path = join(folder, 'lock');
});

afterEach(() => rm(folder, { recursive: true }));

test('one after the other, and no file stays', async () => {
  let inside = 0;
  const work = async () => {
    inside += 1;
    await sleep(20);
    expect(inside).toBe(1);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 5 }, () => withLock(path, work)));
  expect(await exists(path)).toBe(false);
});

test('is given back when the work fails', async () => {
  await expect(withLock(path, () => Promise.reject(new Error('oh')))).rejects.toThrow('oh');
  await expect(withLock(path, () => Promise.resolve('done'), 1)).resolves.toBe('done');
});

test('a file that is left over does not hold anything', async () => {
  await writeFile(path, 'old');
  await expect(withLock(path, () => Promise.resolve('done'), 1)).resolves.toBe('done');
});

test('who does not get it in time is told so', async () => {
  const late = () => withLock(path, () => Promise.resolve(), 0.1);
  await withLock(path, () => expect(late()).rejects.toThrow('somebody else holds it'));
});

test('a holder that is killed holds it no longer', async () => {
  const module = new URL('./lock.ts', import.meta.url).href;
  const script = `const { withLock } = await import('${module}'); await withLock('${path}', () => { console.log('in'); return new Promise(() => setInterval(() => {}, 1000)); });`;
  const other = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', script]);
  await new Promise((resolve) => other.stdout.once('data', resolve));
  await expect(withLock(path, () => Promise.resolve(), 0.1)).rejects.toThrow();
  other.kill('SIGKILL');
  await expect(withLock(path, () => Promise.resolve('mine'), 5)).resolves.toBe('mine');
});
