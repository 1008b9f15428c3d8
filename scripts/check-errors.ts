import { lineAt, type Problem, type SourceFile } from './problem.ts';

/** The part of the error table that the page must agree with. */
export type ErrorTable = Readonly<Record<string, { readonly title: string; readonly exit: number }>>;

const page = 'docs/errors.md';
const heading = /^### (FAR-[A-Z0-9]+-\d{3})\n/gm;

/**
 * `docs/errors.md` has one section a code and no other, so that a code that is reported can always
 * be looked up. The heading is the code alone (the anchor that errors print is made of it), then
 * come the title in bold and the exit code: `**Unknown key.** Exit code 2.`
 */
export function checkErrors(files: readonly SourceFile[], table: ErrorTable): Problem[] {
  const text = files.find((file) => file.path === page)?.text;
  if (text === undefined) return [{ path: page, message: 'is missing' }];
  const sections = [...text.matchAll(heading)];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [index, section] of sections.entries()) {
    const code = section[1] ?? '';
    const body = text.slice(section.index + section[0].length, sections[index + 1]?.index ?? text.length);
    const message = judge(code, body, table, seen);
    if (message) problems.push({ path: page, line: lineAt(text, section.index), message: `${code} ${message}` });
    seen.add(code);
  }
  for (const code of Object.keys(table)) if (!seen.has(code)) problems.push({ path: page, message: `${code} is not explained` });
  return problems;
}

function judge(code: string, body: string, table: ErrorTable, seen: ReadonlySet<string>): string | undefined {
  const known = table[code];
  if (!known) return 'is not in the error table';
  if (seen.has(code)) return 'is explained twice';
  const opening = `**${known.title}.** Exit code ${known.exit}.`;
  return body.trimStart().startsWith(opening) ? undefined : `must begin with "${opening}"`;
}
