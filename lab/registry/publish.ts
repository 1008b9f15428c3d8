import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readImages } from '../images/pack.ts';
import type { Descriptor, PackedImage } from '../images/types.ts';

/**
 * Puts all images of a folder into a registry's storage, without a push: the registry's files are written as it
 * would write them, and the blobs are links into the folder. Each lab so has a registry of its own to write to,
 * and starting one copies nothing.
 * Layout: https://distribution.github.io/distribution/ (storage driver, "filesystem").
 */
export async function publishImages(folder: string, storage: string): Promise<readonly PackedImage[]> {
  const images = await readImages(folder);
  for (const image of images) {
    await publishImage({ image, folder, root: join(storage, 'docker/registry/v2') });
  }
  return images;
}

interface PublishInput {
  readonly image: PackedImage;
  readonly folder: string;
  readonly root: string;
}

interface Document {
  readonly manifests?: readonly Descriptor[];
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
}

async function publishImage(input: PublishInput): Promise<void> {
  const { image, folder, root } = input;
  const repository = join(root, 'repositories', image.name);
  const put = async (path: string, digest: string) => {
    const file = join(repository, path, 'link');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, digest);
  };
  const read = async (digest: string) => JSON.parse(await readFile(blobIn(folder, digest), 'utf8')) as Document;
  const publish = async (digest: string): Promise<void> => {
    await linkBlob(folder, root, digest);
    await put(`_manifests/revisions/${slashed(digest)}`, digest);
    const { manifests = [], config, layers = [] } = await read(digest);
    for (const manifest of manifests) {
      await publish(manifest.digest);
    }
    for (const blob of config ? [config, ...layers] : layers) {
      await linkBlob(folder, root, blob.digest);
      await put(`_layers/${slashed(blob.digest)}`, blob.digest);
    }
  };
  await publish(image.index.digest);
  for (const tag of image.tags) {
    await put(`_manifests/tags/${tag}/current`, image.index.digest);
    await put(`_manifests/tags/${tag}/index/${slashed(image.index.digest)}`, image.index.digest);
  }
}

function slashed(digest: string): string {
  return digest.replace(':', '/');
}

function blobIn(folder: string, digest: string): string {
  return join(folder, 'blobs', slashed(digest));
}

async function linkBlob(folder: string, root: string, digest: string): Promise<void> {
  const [algorithm = '', hex = ''] = digest.split(':');
  const target = join(root, 'blobs', algorithm, hex.slice(0, 2), hex, 'data');
  await mkdir(dirname(target), { recursive: true });
  await symlink(blobIn(folder, digest), target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') {
      throw error;
    }
  });
}
