import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from '../cache.ts';
import { suite } from '../hosts/base.ts';
import type { Progress } from '../progress.ts';
import { adminer } from './adminer.ts';
import { busyboxes } from './busybox.ts';
import { mariadb } from './mariadb.ts';
import { nginx } from './nginx.ts';
import { packImages } from './pack.ts';
import type { ImageRecipe } from './recipe.ts';
import { restic } from './restic.ts';
import type { ImagePlatform } from './types.ts';

const recipes: readonly ImageRecipe[] = [...busyboxes, nginx, adminer, mariadb, restic];

/** Folder with the packed images that every lab's registry has; built from Debian packages when absent. */
export async function ensureImages(base: string, progress: Progress): Promise<string> {
  return ensureCached({
    name: 'images',
    inputs: { suite, recipes: await Promise.all(recipes.map(recipeInputs)), revision: 1 },
    progress,
    build: async (folder) => {
      for (const recipe of recipes) {
        await progress.step(`image ${recipe.name}:${recipe.tags.join(',')}`, () => buildImage(recipe, base, folder));
      }
      await rm(join(folder, 'apt'), { recursive: true });
    },
  });
}

async function recipeInputs(recipe: ImageRecipe): Promise<unknown> {
  const { name, tags, arches, inputs, files } = recipe;
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, import.meta.url), 'utf8')));
  return { name, tags, arches, inputs, texts };
}

async function buildImage(recipe: ImageRecipe, base: string, folder: string): Promise<void> {
  const work = join(folder, 'work');
  await mkdir(join(folder, 'apt'), { recursive: true });
  try {
    const platforms: ImagePlatform[] = [];
    for (const arch of recipe.arches) {
      const rootfs = join(work, arch);
      await mkdir(rootfs, { recursive: true, mode: 0o755 });
      platforms.push({ arch, rootfs, ...(await recipe.build({ arch, base, rootfs, apt: join(folder, 'apt') })) });
    }
    await packImages([{ name: recipe.name, tags: recipe.tags, platforms }], folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
