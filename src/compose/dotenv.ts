import { interpolate, type Lookup } from './interpolate.ts';

/** One problem in a file of variables; the line counts from 1. */
export interface DotenvProblem {
  readonly line: number;
  readonly message: string;
}

/** The variables of a file in order; undefined when a name alone is set nowhere. */
export interface Dotenv {
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly DotenvProblem[];
}

const start = /[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(=|:(?=[ \t])|(?=[ \t]*(?:#.*)?(?:\r?\n|$)))/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' };

/**
 * Reads a `.env` file as Compose does (compose-go, dotenv): `export` is allowed, single quotes are
 * literal, double quotes know escapes, a comment after a value needs a blank before it, `NAME` alone
 * is taken from outside, and variables are filled in from outside first, then from lines above.
 * `raw` (env_file's `format: raw`) takes each `NAME=rest of the line` as it is.
 */
export function parseDotenv(source: string, outside: Lookup, raw = false): Dotenv {
  const text = source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  return raw ? parseRaw(text) : parse(text, outside);
}

function parseRaw(text: string): Dotenv {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0 && !line.startsWith('#')) values.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return { values, problems: [] };
}

function parse(text: string, outside: Lookup): Dotenv {
  const values = new Map<string, string>();
  const problems: DotenvProblem[] = [];
  const lineOf = (at: number) => text.slice(0, at).split('\n').length;
  const endOfLine = (at: number) => (text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at));
  const fill = (value: string, at: number) => {
    const filled = interpolate(value, (name) => outside(name) ?? values.get(name));
    for (const message of filled.errors) problems.push({ line: lineOf(at), message });
    return filled.text;
  };
  let at = 0;
  while (at < text.length) {
    const end = endOfLine(at);
    if (/^[ \t]*(#|$)/.test(text.slice(at, end))) {
      at = end + 1;
      continue;
    }
    start.lastIndex = at;
    const match = start.exec(text);
    if (!match) {
      problems.push({ line: lineOf(at), message: 'this is not NAME=value' });
      at = end + 1;
      continue;
    }
    const name = match[1] as string;
    if (match[2] === '') {
      const inherited = outside(name);
      if (inherited !== undefined) values.set(name, inherited);
      at = end + 1;
      continue;
    }
    const from = start.lastIndex + (/^[ \t]*/.exec(text.slice(start.lastIndex, end))?.[0].length ?? 0);
    const quote = text[from];
    if (quote !== '"' && quote !== "'") {
      values.set(
        name,
        fill(
          text
            .slice(from, end)
            .replace(/(^|[ \t])#.*$/, '')
            .trimEnd(),
          at,
        ),
      );
      at = end + 1;
      continue;
    }
    const close = closing(text, from + 1, quote);
    if (close === undefined) {
      problems.push({ line: lineOf(at), message: `the ${quote} is not closed` });
      return { values, problems };
    }
    const inside = text.slice(from + 1, close);
    values.set(name, quote === "'" ? inside : fill(resolveEscapes(inside), at));
    const rest = text.slice(close + 1, endOfLine(close));
    if (!/^[ \t]*(#.*)?$/.test(rest)) problems.push({ line: lineOf(close), message: 'there is text after the closing quote' });
    at = endOfLine(close) + 1;
  }
  return { values, problems };
}

function closing(text: string, from: number, quote: string): number | undefined {
  for (let i = from; i < text.length; i += 1) {
    if (quote === '"' && text[i] === '\\') i += 1;
    else if (text[i] === quote) return i;
  }
  return undefined;
}

/** `\$` becomes `$$`, which interpolation turns into one dollar. */
function resolveEscapes(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, c: string) => escapes[c] ?? (c === '$' ? '$$' : c === '"' || c === '\\' ? c : `\\${c}`));
}
