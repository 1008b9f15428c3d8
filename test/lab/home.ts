import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { servedRelease, writeHome } from '../../lab/demo/home.ts';
import { readLab } from '../../lab/state.ts';

/** The examples of the repository. */
export const examples = new URL('../../examples/', import.meta.url).pathname;

/** An example made ready for the lab in `folder`; gives the path of its farthing.yaml. */
export async function homeInLab(example: string, folder: string): Promise<string> {
  return writeHome(join(examples, example), folder, await readLab(), await servedRelease());
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
