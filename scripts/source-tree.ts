import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from './problem.ts';

/** The repository's root folder, with a slash at its end. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Every file git knows or would know (not the ignored ones), read as text; binary files have a NUL in theirs. */
export function readSourceTree(): SourceFile[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const files: SourceFile[] = [];
  for (const path of new Set(list.split('\0').filter((name) => name !== ''))) {
    const text = readText(path);
    if (text !== undefined) files.push({ path, text });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch (error) {
    // Deleted but not yet committed, or a folder that is a repository of its own.
    if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
