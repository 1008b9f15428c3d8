import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';
import { unpackPackages } from './debian.ts';
import type { BuildInput, ImageRecipe, RecipeResult } from './recipe.ts';
import { links, makeFolder, writeUsers } from './rootfs.ts';

// The package's own list of applets, asked from the amd64 build: both are made from one configuration.
async function build({ arch, base, apt, rootfs }: BuildInput): Promise<RecipeResult> {
  const amd64 = join(rootfs, '..', `busybox-${arch}-amd64`);
  await makeFolder(amd64, '.', 0);
  await unpackPackages({ arch: 'amd64', base, apt, closure: [], only: ['busybox-static'], folder: amd64 });
  const applets = (await run([join(amd64, 'bin/busybox'), '--list'])).stdout.trim().split('\n');
  await rm(amd64, { recursive: true });
  const unpacked = join(rootfs, '..', `busybox-${arch}-unpacked`);
  await makeFolder(unpacked, '.', 0);
  await unpackPackages({ arch, base, apt, closure: [], only: ['busybox-static'], folder: unpacked });
  await makeFolder(rootfs, 'bin', 0);
  await rename(join(unpacked, 'usr/bin/busybox'), join(rootfs, 'bin/busybox'));
  await rm(unpacked, { recursive: true });
  await links(rootfs, Object.fromEntries(applets.filter((name) => name !== 'busybox').map((name) => [`bin/${name}`, 'busybox'])));
  await writeUsers(rootfs);
  for (const path of ['etc', 'root', 'home', 'var', 'usr', 'dev', 'proc', 'sys']) {
    await makeFolder(rootfs, path, 0);
  }
  await links(rootfs, { 'usr/bin': '../bin', 'usr/sbin': '../bin', sbin: 'bin' });
  await makeFolder(rootfs, 'tmp', 0, '1777');
  return { cmd: ['sh'] };
}

const inputs = { revision: 1 };
const files: readonly string[] = [];

/** BusyBox, a static binary; also under the name that K3s' helper pods use. */
export const busyboxes: readonly ImageRecipe[] = [
  { name: 'library/busybox', tags: ['1.37'], arches: ['amd64', 'arm64'], inputs, files, build },
  { name: 'rancher/mirrored-library-busybox', tags: ['1.37.0'], arches: ['amd64', 'arm64'], inputs, files, build },
  // For questions about architecture: images that exist for one only.
  { name: 'lab/only-amd64', tags: ['1'], arches: ['amd64'], inputs, files, build },
  { name: 'lab/only-arm64', tags: ['1'], arches: ['arm64'], inputs, files, build },
];
