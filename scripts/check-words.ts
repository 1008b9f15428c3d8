import { lineAt, type Problem, type SourceFile } from './problem.ts';

/**
 * What a file must not contain: paths of the place where it was written, and host names of package
 * registries (which of them serves is each machine's own setting). Written in pieces, so that this
 * file passes.
 */
const forbidden: readonly RegExp[] = [
  /(?<![A-Za-z0-9_./-])\/(?:work|farm)\//g,
  new RegExp(['registry', 'npmjs'].join('\\.'), 'g'),
  new RegExp(['proxy', 'golang'].join('\\.'), 'g'),
  new RegExp(['deb', 'debian'].join('\\.'), 'g'),
];

/** Reports each forbidden word with its line. */
export function checkWords(files: readonly SourceFile[]): Problem[] {
  return files.flatMap(({ path, text }) =>
    forbidden.flatMap((word) =>
      [...text.matchAll(word)].map((match) => ({
        path,
        line: lineAt(text, match.index),
        message: `"${match[0]}" names a workplace or a registry host`,
      })),
    ),
  );
}
