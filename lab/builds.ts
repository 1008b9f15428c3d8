import { ensureBase } from './hosts/base.ts';
import { ensureImages } from './images/build.ts';
import { buildK3s } from './k3s/build.ts';
import { ensurePackages } from './packages.ts';
import type { Progress } from './progress.ts';
import { ensureTools } from './tools.ts';

/** Folders of the cache that a lab is made from. */
export interface Builds {
  readonly base: string;
  readonly tools: string;
  readonly images: string;
  /** Release of the K3s stand-in; absent when the lab is to do without. */
  readonly k3s?: string;
}

/** Builds all that is not in the cache, installing the Debian packages that this takes. Some 10 minutes when all is missing. */
export async function ensureBuilds(withK3s: boolean, progress: Progress): Promise<Builds> {
  await ensurePackages(progress);
  const base = await ensureBase(progress);
  const tools = await ensureTools(base, progress);
  const images = await ensureImages(base, progress);
  return { base, tools, images, ...(withK3s ? { k3s: (await buildK3s(progress)).folder } : {}) };
}
