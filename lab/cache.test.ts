import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cacheName, ensureCached } from './cache.ts';
import { stderrProgress } from './progress.ts';

const progress = { ...stderrProgress(), say: () => undefined };
let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'lab-cache-'));
  vi.stubEnv('FARTHING_LAB_CACHE', cache);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

function entry(inputs: unknown, build: (folder: string) => Promise<void>) {
  return { name: 'thing', inputs, progress, build };
}

test('the name follows from the inputs alone', () => {
  expect(cacheName('thing', { a: 1 })).toBe(cacheName('thing', { a: 1 }));
  expect(cacheName('thing', { a: 1 })).not.toBe(cacheName('thing', { a: 2 }));
  expect(cacheName('thing', { a: 1 })).toMatch(/^thing-[0-9a-f]{12}$/);
});

test('builds once, also when asked twice at the same time', async () => {
  const build = vi.fn((folder: string) => writeFile(join(folder, 'file'), 'made'));
  const paths = await Promise.all([ensureCached(entry(1, build)), ensureCached(entry(1, build))]);
  await ensureCached(entry(1, build));
  expect(build).toHaveBeenCalledTimes(1);
  expect(new Set(paths).size).toBe(1);
  expect(await readFile(join(paths[0] ?? '', 'file'), 'utf8')).toBe('made');
});

test('what a failed or killed build left is never taken for the result', async () => {
  await expect(ensureCached(entry(1, () => Promise.reject(new Error('out of paper'))))).rejects.toThrow('out of paper');
  await mkdir(join(cache, `.${cacheName('thing', 1)}.half-killed`));
  await ensureCached(entry(1, () => Promise.resolve()));
  expect(await readdir(cache)).toEqual([cacheName('thing', 1)]);
});
