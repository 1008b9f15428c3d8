import type { Diagnostic, ErrorCode, Location } from '../common/index.ts';
import type { Path } from './types.ts';

/** An error at a place of the file, with the next step. */
export function problem(code: ErrorCode, location: Location, message: string, hint?: string): Diagnostic {
  return { code, severity: 'error', message, location, ...(hint === undefined ? {} : { hint }) };
}

/** A path as people write it: `machines.big.memory`, `apps.stats.compose[1]`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = /^[\w-]+$/.test(part) ? part : JSON.stringify(part.length > 60 ? `${part.slice(0, 57)}…` : part);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}
