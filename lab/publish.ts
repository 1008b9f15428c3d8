import { join } from 'node:path';
import { isRelease, serveRelease } from './mirror/releases.ts';
import { publishImages } from './registry/publish.ts';
import { registryStorage } from './registry/serve.ts';

/**
 * Gives a running lab what a folder holds: a release of K3s (`release.json`) goes to the mirror and its `registry`
 * folder to the registry; a folder of packed images goes to the registry. Returns what it was, in words.
 */
export async function publishFolder(folder: string): Promise<readonly string[]> {
  const release = await isRelease(folder);
  const version = release ? [`k3s ${await serveRelease(folder)}`] : [];
  const images = await publishImages(release ? join(folder, 'registry') : folder, registryStorage());
  return [...version, ...images.map(({ name, tags }) => `${name}:${tags.join(',')}`)];
}
