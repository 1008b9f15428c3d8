import type { Path } from './types.ts';

/** Plain data as a map; anything else is an empty one. Checks look at files in which other things may be wrong. */
export function asMap(data: unknown): Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : {};
}

/** The texts of a value that is one text or a list, each with its path below `path`; others are left out. */
export function textsAt(data: unknown, path: Path): { readonly text: string; readonly path: Path }[] {
  if (typeof data === 'string') return [{ text: data, path }];
  if (!Array.isArray(data)) return [];
  return data.flatMap((item: unknown, i) => (typeof item === 'string' ? [{ text: item, path: [...path, i] }] : []));
}
