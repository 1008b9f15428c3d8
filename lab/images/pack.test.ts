import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { publishImages } from '../registry/publish.ts';
import { imageConfig, packImages, readImages } from './pack.ts';
import type { Descriptor } from './types.ts';

let folder: string;
let rootfs: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-images-'));
  rootfs = join(folder, 'rootfs');
  await mkdir(join(rootfs, 'bin'), { recursive: true });
  await writeFile(join(rootfs, 'bin/hello'), 'hello', { mode: 0o755 });
});

afterEach(() => rm(folder, { recursive: true }));

const spec = (name = 'library/hello') => ({
  name,
  tags: ['1', 'latest'],
  platforms: [
    { arch: 'amd64', rootfs, cmd: ['hello'] },
    { arch: 'arm64', rootfs, cmd: ['hello'] },
  ] as const,
});

const blob = async (at: string, digest: string) => JSON.parse(await readFile(join(at, 'blobs/sha256', digest.slice(7)), 'utf8'));

test('an image is an index with one manifest for each platform', async () => {
  const out = join(folder, 'out');
  const [image] = await packImages([spec()], out);
  const index = (await blob(out, image?.index.digest ?? '')) as { manifests: Descriptor[] };
  expect(index.manifests.map(({ platform }) => platform)).toEqual([
    { architecture: 'amd64', os: 'linux' },
    { architecture: 'arm64', os: 'linux', variant: 'v8' },
  ]);
  const manifest = await blob(out, index.manifests[0]?.digest ?? '');
  expect(await blob(out, manifest.config.digest)).toMatchObject({ architecture: 'amd64', config: { Cmd: ['hello'] } });
});

test('the same files give the same digest, whenever they were written', async () => {
  const [first] = await packImages([spec()], join(folder, 'one'));
  await writeFile(join(rootfs, 'bin/hello'), 'hello');
  const [second] = await packImages([spec()], join(folder, 'two'));
  expect(second?.index.digest).toBe(first?.index.digest);
});

test('images are added to those of a folder; one of the same name is replaced', async () => {
  const out = join(folder, 'out');
  await packImages([spec('library/a'), spec('library/b')], out);
  await packImages([spec('library/b'), spec('library/c')], out);
  expect((await readImages(out)).map(({ name }) => name)).toEqual(['library/a', 'library/b', 'library/c']);
});

test('the configuration carries only what was said, and a PATH', () => {
  const config = imageConfig({ arch: 'amd64', rootfs, user: 'app', ports: ['80/tcp'], env: { A: 'b' } }, 'sha256:x');
  expect(config).toMatchObject({
    rootfs: { diff_ids: ['sha256:x'] },
    config: { User: 'app', ExposedPorts: { '80/tcp': {} }, Env: [expect.stringMatching(/^PATH=/), 'A=b'] },
  });
  expect(config).not.toHaveProperty('config.Entrypoint');
});

test("published images lie in the registry's storage as the registry would write them", async () => {
  const out = join(folder, 'out');
  const [image] = await packImages([spec()], out);
  const storage = join(folder, 'storage');
  await publishImages(out, storage);
  await publishImages(out, storage);
  const root = join(storage, 'docker/registry/v2');
  const digest = image?.index.digest ?? '';
  expect(await readFile(join(root, 'repositories/library/hello/_manifests/tags/1/current/link'), 'utf8')).toBe(digest);
  const data = await readFile(join(root, 'blobs/sha256', digest.slice(7, 9), digest.slice(7), 'data'), 'utf8');
  expect(JSON.parse(data)).toMatchObject({ mediaType: 'application/vnd.oci.image.index.v1+json' });
});
