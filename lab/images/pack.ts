import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Descriptor, ImagePlatform, ImageSpec, PackedImage } from './types.ts';

// https://github.com/opencontainers/image-spec: media-types.md, config.md, image-index.md
const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

// Images must not change their digest with the hour they were built at.
const epoch = '1970-01-01T00:00:00Z';

/**
 * Packs images into a folder: blobs by digest, and `images.json` that lists them (added to what is there).
 * The same root file systems give the same digests.
 */
export async function packImages(specs: readonly ImageSpec[], folder: string): Promise<readonly PackedImage[]> {
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
  const packed: PackedImage[] = [];
  for (const spec of specs) {
    packed.push(await packImage(spec, folder));
  }
  const names = new Set(packed.map((image) => image.name));
  const before = (await readImages(folder)).filter((image) => !names.has(image.name));
  await writeFile(join(folder, 'images.json'), `${JSON.stringify([...before, ...packed], null, 2)}\n`);
  return packed;
}

/** The images that a folder holds; none when there is no `images.json`. */
export async function readImages(folder: string): Promise<readonly PackedImage[]> {
  const text = await readFile(join(folder, 'images.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as readonly PackedImage[];
}

async function packImage(spec: ImageSpec, folder: string): Promise<PackedImage> {
  const manifests: Descriptor[] = [];
  for (const platform of spec.platforms) {
    manifests.push(await packPlatform(platform, folder));
  }
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
  return { name: spec.name, tags: spec.tags, index: await putJson(folder, mediaTypes.index, index) };
}

async function packPlatform(platform: ImagePlatform, folder: string): Promise<Descriptor> {
  const layer = await packLayer(platform.rootfs, folder);
  const config = await putJson(folder, mediaTypes.config, imageConfig(platform, layer.diffId));
  const manifest = await putJson(folder, mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers: [layer.descriptor],
  });
  const { architecture, variant } = ociArch(platform.arch);
  return { ...manifest, platform: { architecture, os: 'linux', ...(variant ? { variant } : {}) } };
}

function ociArch(arch: ImagePlatform['arch']): { architecture: string; variant?: string } {
  return arch === 'arm64' ? { architecture: 'arm64', variant: 'v8' } : { architecture: arch };
}

/** The OCI configuration document of a platform. */
export function imageConfig(platform: ImagePlatform, diffId: string): unknown {
  const { entrypoint, cmd, env = {}, user, workdir, ports, volumes, stopSignal, labels } = platform;
  const set = (names: readonly string[] = []) => Object.fromEntries(names.map((name) => [name, {}]));
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return {
    created: epoch,
    ...ociArch(platform.arch),
    os: 'linux',
    config: {
      Env: Object.entries({ PATH: path, ...env }).map(([name, value]) => `${name}=${value}`),
      ...(entrypoint ? { Entrypoint: entrypoint } : {}),
      ...(cmd ? { Cmd: cmd } : {}),
      ...(user ? { User: user } : {}),
      ...(workdir ? { WorkingDir: workdir } : {}),
      ...(ports ? { ExposedPorts: set(ports) } : {}),
      ...(volumes ? { Volumes: set(volumes) } : {}),
      ...(stopSignal ? { StopSignal: stopSignal } : {}),
      ...(labels ? { Labels: labels } : {}),
    },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created: epoch, created_by: 'farthing lab' }],
  };
}

async function putJson(folder: string, mediaType: string, document: unknown): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(document));
  const hex = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(folder, 'blobs/sha256', hex), bytes);
  return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
}

async function packLayer(rootfs: string, folder: string): Promise<{ descriptor: Descriptor; diffId: string }> {
  const blobs = join(folder, 'blobs/sha256');
  const half = join(blobs, `.half-${randomBytes(4).toString('hex')}`);
  const options = ['--sort=name', '--mtime=@0', '--numeric-owner', '--format=gnu'];
  const tar = spawn('tar', [...options, '-C', rootfs, '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve, reject) => {
    tar.once('error', reject);
    tar.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`tar of ${rootfs}: exit code ${code}`))));
  });
  const plain = hashing();
  const packed = hashing();
  await Promise.all([pipeline(tar.stdout, plain.through, createGzip(), packed.through, createWriteStream(half)), ended]);
  const hex = packed.hex();
  const path = join(blobs, hex);
  await rename(half, path);
  const { size } = await stat(path);
  return { descriptor: { mediaType: mediaTypes.layer, digest: `sha256:${hex}`, size }, diffId: `sha256:${plain.hex()}` };
}

function hashing(): { through: Transform; hex: () => string } {
  const hash = createHash('sha256');
  const through = new Transform({
    transform(part: Buffer, _encoding, done) {
      hash.update(part);
      done(null, part);
    },
  });
  return { through, hex: () => hash.digest('hex') };
}
