import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { labPaths } from '../../lab/config.ts';
import { type LabRelease, writeHome } from '../../lab/demo/home.ts';
import { readLab } from '../../lab/state.ts';

/** The examples of the repository. */
export const examples = new URL('../../examples/', import.meta.url).pathname;

/** What the mirror of the lab serves, from the newest release folder of the cache. */
export async function labRelease(): Promise<LabRelease> {
  const { cache } = labPaths();
  const folders = (await readdir(cache)).filter((name) => name.startsWith('k3s-'));
  const found = await Promise.all(
    folders.map(async (name) => {
      const text = await readFile(join(cache, name, 'release.json'), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as LabRelease);
    }),
  );
  const release = found.find((entry) => entry !== undefined);
  if (!release) throw new Error('no K3s stand-in has been built; run: npm run lab -- up');
  return release;
}

/** An example made ready for the lab in `folder`; gives the path of its farthing.yaml. */
export async function homeInLab(example: string, folder: string): Promise<string> {
  return writeHome(join(examples, example), folder, await readLab(), await labRelease());
}

/** A text of farthing.yaml (or a compose file) with some paths set, or removed where the value is undefined. */
export function edited(text: string, changes: readonly (readonly [path: readonly (string | number)[], value: unknown])[]): string {
  const document = parseDocument(text);
  for (const [path, value] of changes) {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value));
  }
  return document.toString({ lineWidth: 0 });
}
