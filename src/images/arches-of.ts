import { type Arch, arches } from '../common/index.ts';
import type { ImageRef, Platforms } from './types.ts';

const tokens: Readonly<Record<string, string>> = {
  amd64: 'linux/amd64',
  x86_64: 'linux/amd64',
  arm64: 'linux/arm64',
  arm64v8: 'linux/arm64',
  aarch64: 'linux/arm64',
  armhf: 'linux/arm/v7',
  armv7: 'linux/arm/v7',
  armv7l: 'linux/arm/v7',
  arm32v7: 'linux/arm/v7',
  i386: 'linux/386',
};

/** The architectures of ours an image has, in fixed order. Other systems (Windows) do not count. */
export function archesOf(platforms: Platforms): readonly Arch[] {
  return arches.filter((arch) => platforms.platforms.some((p) => p === `linux/${arch}` || p.startsWith(`linux/${arch}/`)));
}

/**
 * What the name of an image says about its platform, e.g. `linux/arm64` for `lscr.io/x:arm64v8-latest`.
 * Whole words only, since `charm` is none; a hint, never a proof.
 */
export function platformInName(ref: ImageRef): string | undefined {
  const words = `${ref.repository}/${ref.tag ?? ''}`.replaceAll('x86_64', 'amd64').split(/[/:._-]/);
  const found = new Set(words.map((word) => (Object.hasOwn(tokens, word) ? tokens[word] : undefined)).filter((p) => p !== undefined));
  return found.size === 1 ? [...found][0] : undefined;
}
