import type { Diagnostic } from './diagnostic.ts';
import { lineStarts } from './line-starts.ts';

/** What is shown in the place of a value that may be a secret. */
const hidden = '(hidden)';

/** A key that usually holds a secret (misspelt ones too), followed by something written out rather than a reference. */
const secretKey =
  /((?:(?!published)p\w{0,6}[sw]\w{0,6}d|passphrase|sec\w{0,6}t|tok\w{0,6}|private[_-]?key|api[_-]?key|access[_-]?key|secret[_-]?key|credentials?)["']?[ \t]*[:=][ \t]*)(?![{[&*|>$\s#]|null\b)\S[^\n]*/gi;

/**
 * The sources as they may be shown: what stands at a FAR-SPEC-010 (a secret written as a value) is
 * blanked, over several lines if need be, and so is the rest of any line after a key that sounds
 * like a secret. Excerpts end up in logs and bug reports.
 */
export function hideSecrets(list: readonly Diagnostic[], sources: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...sources].map(([file, text]) => [file, blank(list, file, text).replace(secretKey, `$1${hidden}`)]));
}

function blank(list: readonly Diagnostic[], file: string, text: string): string {
  const starts = lineStarts(text);
  const spans = list
    .filter((d) => d.code === 'FAR-SPEC-010' && d.location?.file === file)
    .map((d) => {
      const start = (starts[(d.location?.line ?? 1) - 1] ?? 0) + (d.location?.column ?? 1) - 1;
      return { start, end: start + (d.location?.length ?? 1) };
    })
    .sort((a, b) => b.start - a.start);
  let shown = text;
  for (const { start, end } of spans) {
    // The lines stay, so that the places of other problems do.
    const breaks = shown.slice(start, end).replace(/[^\n]/g, '');
    shown = `${shown.slice(0, start)}${hidden}${breaks}${shown.slice(end)}`;
  }
  return shown;
}
