import { posix } from 'node:path';
import { isTestFile, type SourceFile } from './problem.ts';
import { rooms } from './rooms.ts';
import { parseSyntax } from './syntax.ts';

/** A text with one line a room: the rooms that its code (tests apart) imports, types included. */
export function roomArrows(files: readonly SourceFile[]): string {
  const existing = rooms.filter((room) => files.some((file) => file.path.startsWith(`src/${room}/`)));
  const width = Math.max(...existing.map((room) => room.length));
  return existing.map((room) => `${room.padEnd(width)}  ${importedBy(room, files).join(' ') || '–'}\n`).join('');
}

function importedBy(room: string, files: readonly SourceFile[]): string[] {
  const found = new Set<string>();
  for (const file of files) {
    if (!file.path.startsWith(`src/${room}/`) || isTestFile(file.path)) continue;
    for (const { specifier } of parseSyntax(file).imports) {
      if (!specifier.startsWith('.')) continue;
      const target = /^src\/([^/]+)\//.exec(posix.join(posix.dirname(file.path), specifier))?.[1];
      if (target && target !== room) found.add(target);
    }
  }
  return rooms.filter((name) => found.has(name));
}
