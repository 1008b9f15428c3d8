import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import type { Diagnostic } from './diagnostic.ts';
import { sortDiagnostics } from './diagnostic.ts';
import { asFarthingError, type Location } from './error.ts';
import { hideSecrets } from './hide-secrets.ts';

/** File name (as in the locations) to its text. */
export type Sources = ReadonlyMap<string, string>;

/** How text is drawn. `color` is decided by whoever knows the terminal. */
export interface TextOptions {
  readonly color: boolean;
  /** Columns an excerpt may take; longer lines are cut around the caret. Default 100. */
  readonly columns?: number;
  /** Show the stack of a mistake in farthing. */
  readonly stack?: boolean;
}

/**
 * Problems as a person reads them: sorted, each with its place, the line it is on with a caret, and
 * the next step; at the end how many there are. What was written where a secret belongs
 * (FAR-SPEC-010) is not repeated.
 */
export function renderDiagnostics(list: readonly Diagnostic[], sources: Sources, options: TextOptions): string {
  const shown = hideSecrets(list, sources);
  const blocks = sortDiagnostics(list).map((diagnostic) => block(diagnostic, shown, options));
  return list.length > 1 ? `${blocks.join('\n')}\n${count(list)}\n` : blocks.join('\n');
}

/** Anything thrown, in the same form: place and caret when it has one, its causes, the next step, and the stack when it is our mistake. */
export function renderError(thrown: unknown, sources: Sources, options: TextOptions): string {
  const error = asFarthingError(thrown);
  const text = block({ ...error, message: error.message, severity: 'error' }, hideSecrets([], sources), options);
  const causes = causesOf(error.cause).filter((cause) => !error.message.includes(cause));
  const stack = options.stack || error.code.startsWith('FAR-BUG') ? (error.cause instanceof Error ? error.cause : error).stack : undefined;
  return [text, ...causes.map((cause) => `  cause: ${plain(cause)}\n`), stack ? `\n${plain(stack)}\n` : ''].join('');
}

type Part = Pick<Diagnostic, 'code' | 'severity' | 'message'> & {
  readonly hint?: string | undefined;
  readonly location?: Location | undefined;
};

function block(part: Part, sources: Sources, options: TextOptions): string {
  const colors = pc.createColors(options.color);
  const paint = part.severity === 'error' ? colors.red : colors.yellow;
  const { location: at } = part;
  const place = at ? `${colors.bold(`${plain(at.file)}:${at.line}:${at.column}`)}  ` : '';
  const lines = [`${place}${paint(part.severity)} ${colors.dim(part.code)}  ${plain(part.message)}`];
  const excerpt = at ? excerptAt(at, sources.get(at.file), options.columns ?? 100) : undefined;
  if (excerpt) {
    const margin = ' '.repeat(excerpt.number.length);
    lines.push(`  ${colors.dim(`${excerpt.number} |`)} ${excerpt.line}`, `  ${colors.dim(`${margin} |`)} ${paint(excerpt.caret)}`);
  }
  if (part.hint) lines.push(`  ${colors.cyan('next:')} ${plain(part.hint)}`);
  return `${lines.join('\n')}\n`;
}

/** One line of the file with its caret line, cut to `columns` around the caret. */
function excerptAt(at: Location, text: string | undefined, columns: number): { number: string; line: string; caret: string } | undefined {
  const line = text?.split('\n')[at.line - 1]?.replace(/\r$/, '');
  if (line === undefined) return undefined;
  const start = Math.min(at.column - 1, line.length);
  const end = Math.max(start + 1, Math.min(start + (at.length ?? 1), line.length));
  const from = start < columns - 20 ? 0 : start - 20;
  const cut = (piece: string) => plain(piece.replaceAll('\t', '  '));
  const left = `${from > 0 ? '… ' : ''}${cut(line.slice(from, start))}`;
  const middle = cut(line.slice(start, end));
  const rest = cut(line.slice(end));
  const room = Math.max(0, columns - left.length - middle.length);
  return {
    number: String(at.line),
    line: `${left}${middle}${rest.length > room ? `${rest.slice(0, room)} …` : rest}`.trimEnd(),
    caret: `${' '.repeat(left.length)}${'^'.repeat(Math.max(1, Math.min(middle.length, columns)))}`,
  };
}

/** What a file or a server wrote must not steer the terminal. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
  return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

function causesOf(cause: unknown): string[] {
  const texts: string[] = [];
  for (let at = cause; at instanceof Error && texts.length < 5; at = at.cause) texts.push(at.message);
  return texts;
}

function count(list: readonly Diagnostic[]): string {
  const errors = list.filter((d) => d.severity === 'error').length;
  const say = (n: number, word: string) => (n === 0 ? [] : [`${n} ${word}${n === 1 ? '' : 's'}`]);
  return [...say(errors, 'error'), ...say(list.length - errors, 'warning')].join(', ');
}
