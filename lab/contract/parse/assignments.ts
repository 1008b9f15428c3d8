import { splitQuoted } from './unit.ts';

/** Reads `NAME=value` lines (an environment file, flannel's subnet.env), quotes taken off. */
export function parseAssignments(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0 && !line.startsWith('#')) values[line.slice(0, at)] = splitQuoted(line.slice(at + 1)).join(' ');
  }
  return values;
}
