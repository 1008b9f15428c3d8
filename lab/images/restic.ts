import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from '../hosts/base.ts';
import { run } from '../run.ts';
import { unpackPackages } from './debian.ts';
import type { ImageRecipe } from './recipe.ts';
import { links, makeFolder, writeUsers } from './rootfs.ts';

/** The hosts' Debian has restic 0.14, which knows neither exit code 12 nor `--stdin-from-command`. */
const newer = 'trixie';

/** restic of a newer Debian beside BusyBox, under the name of restic's own image, which is restic beside Alpine's BusyBox. */
export const restic: ImageRecipe = {
  name: 'restic/restic',
  tags: ['0.18.1'],
  arches: ['amd64', 'arm64'],
  inputs: { newer, revision: 2 },
  files: [],
  async build({ arch, base, apt, rootfs }) {
    const amd64 = join(rootfs, '..', `restic-${arch}-amd64`);
    await makeFolder(amd64, '.', 0);
    await unpackPackages({ arch: 'amd64', base, apt, closure: [], only: ['busybox-static'], folder: amd64 });
    const applets = (await run([join(amd64, 'bin/busybox'), '--list'])).stdout.trim().split('\n');
    await rm(amd64, { recursive: true });
    const newerApt = join(apt, newer);
    await mkdir(newerApt, { recursive: true });
    const sources = await newerSources(base, join(newerApt, 'base'));
    await unpackPackages({
      arch,
      base: sources,
      apt: newerApt,
      closure: ['restic'],
      only: ['busybox-static'],
      skip: ['fuse*', 'libfuse*'],
      folder: rootfs,
    });
    const given = new Set(await readdir(join(rootfs, 'usr/bin')));
    await links(rootfs, Object.fromEntries(applets.filter((name) => !given.has(name)).map((name) => [`usr/bin/${name}`, 'busybox'])));
    await writeUsers(rootfs);
    await makeFolder(rootfs, 'etc/ssl/certs', 0);
    return { entrypoint: ['/usr/bin/restic'] };
  },
};

/** The hosts' package sources, of the newer suite. */
async function newerSources(base: string, folder: string): Promise<string> {
  const apt = join(folder, 'etc/apt');
  await cp(join(base, 'etc/apt'), apt, { recursive: true });
  for (const name of await readdir(apt, { recursive: true })) {
    if (/\.(list|sources)$/.test(name)) {
      const file = join(apt, name);
      await writeFile(file, (await readFile(file, 'utf8')).replaceAll(suite, newer));
    }
  }
  return folder;
}
