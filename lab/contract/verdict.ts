import type { Verdict } from './types.ts';

const short = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
const shown = (value: unknown): string => short(typeof value === 'string' ? value.trim() : (JSON.stringify(value) ?? 'undefined'));

/** The check held. */
export const pass = (found: unknown): Verdict => ({ kind: 'pass', found: shown(found) });

/** The check did not hold. */
export const fail = (expected: unknown, found: unknown): Verdict => ({ kind: 'fail', expected: shown(expected), found: shown(found) });

/** The check cannot be made here. */
export const skip = (reason: string): Verdict => ({ kind: 'skip', reason });

/** Holds when both are the same as JSON. */
export function same(found: unknown, expected: unknown): Verdict {
  return JSON.stringify(found) === JSON.stringify(expected) ? pass(found) : fail(expected, found);
}

/** Holds when the pattern matches. */
export function matches(found: string, pattern: RegExp): Verdict {
  return pattern.test(found) ? pass(found) : fail(`match of ${pattern}`, found);
}

/** Holds when the text contains every part; names the missing ones. */
export function contains(found: string, ...parts: readonly string[]): Verdict {
  const missing = parts.filter((part) => !found.includes(part));
  return missing.length === 0 ? pass(parts.join(' · ')) : fail(`contains ${missing.join(' · ')}`, found);
}

/** Holds when the condition does; `found` is shown either way. */
export function holds(condition: boolean, expected: string, found: unknown): Verdict {
  return condition ? pass(found) : fail(expected, found);
}

/** The first that does not hold, or the last. */
export function every(...verdicts: readonly Verdict[]): Verdict {
  const bad = verdicts.find((verdict) => verdict.kind === 'fail') ?? verdicts.find((verdict) => verdict.kind === 'skip');
  if (bad !== undefined) return bad;
  return pass(verdicts.map((verdict) => (verdict.kind === 'pass' ? verdict.found : '')).join(' · '));
}
