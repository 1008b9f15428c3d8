import { join } from 'node:path';
import { type Bytes, Sealed } from '../common/index.ts';
import type { MountedFile, ProjectFiles } from './types.ts';

/** What a ConfigMap or a Secret holds at most, keys and base64 included, with some room left. */
export const mountLimit: Bytes = 1_000_000;

/** The files behind a path, or why they cannot be put into the cluster. */
export type LoadedFiles =
  | { readonly kind: 'file' | 'folder'; readonly files: readonly MountedFile[] }
  | { readonly kind: 'missing' | 'special' | 'empty' }
  | { readonly kind: 'large'; readonly folder: boolean };

/** Reads one file, or a folder with everything below it, as long as it is small. Links are followed. */
export async function loadFiles(path: string, files: ProjectFiles): Promise<LoadedFiles> {
  const stat = await files.stat(path);
  if (!stat) return { kind: 'missing' };
  if (stat.kind === 'other') return { kind: 'special' };
  let left = mountLimit;
  const found: MountedFile[] = [];
  const add = async (full: string, below: string, known: { size: number; mode: number }): Promise<boolean> => {
    // base64 makes three bytes four.
    left -= Math.ceil(known.size / 3) * 4 + below.length + 64;
    if (left < 0) return false;
    found.push(toMounted(below, await files.read(full), known.mode & 0o777));
    return true;
  };
  if (stat.kind === 'file') return (await add(path, '', stat)) ? { kind: 'file', files: found } : { kind: 'large', folder: false };
  const walk = async (folder: string, below: string): Promise<'ok' | 'large' | 'special'> => {
    for (const name of [...(await files.list(folder))].sort()) {
      const full = join(folder, name);
      const inside = below === '' ? name : `${below}/${name}`;
      const known = await files.stat(full);
      if (!known || known.kind === 'other') return 'special';
      const result = known.kind === 'folder' ? await walk(full, inside) : (await add(full, inside, known)) ? 'ok' : 'large';
      if (result !== 'ok') return result;
    }
    return 'ok';
  };
  const result = await walk(path, '');
  if (result === 'special') return { kind: 'special' };
  if (result === 'large') return { kind: 'large', folder: true };
  return found.length === 0 ? { kind: 'empty' } : { kind: 'folder', files: found };
}

function toMounted(path: string, bytes: Uint8Array, mode: number): MountedFile {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString('utf8');
  const binary = !Buffer.from(text, 'utf8').equals(buffer);
  return { path, content: new Sealed(binary ? buffer.toString('base64') : text), binary, mode };
}
