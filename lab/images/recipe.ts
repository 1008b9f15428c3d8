import type { ImageConfig, ImagePlatform } from './types.ts';

/** What a recipe builds one platform from. */
export interface BuildInput {
  readonly arch: ImagePlatform['arch'];
  /** The hosts' root file system, which names the package sources. */
  readonly base: string;
  /** Empty folder to fill. */
  readonly rootfs: string;
  /** Where apt keeps its lists during the build. */
  readonly apt: string;
}

/** How the built root file system is started. */
export type RecipeResult = ImageConfig;

/** How to make one image. */
export interface ImageRecipe {
  readonly name: string;
  readonly tags: readonly string[];
  readonly arches: readonly ImagePlatform['arch'][];
  /** All that decides the content beside `files`; part of the cache's key. */
  readonly inputs: unknown;
  /** Files beside the recipes that go into the image. */
  readonly files: readonly string[];
  build(input: BuildInput): Promise<RecipeResult>;
}
