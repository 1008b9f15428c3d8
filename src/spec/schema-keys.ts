import { annotatedSchema, type JsonSchema, unwrap } from './config-json-schema.ts';
import { notBuilt } from './not-built.ts';
import type { Path } from './types.ts';

/** The keys that may stand at a path, those known but not built included. */
export function keysAt(path: Path): readonly string[] {
  const known = Object.keys(schemaAt(path)?.properties ?? {});
  const later = notBuilt.filter((entry) => entry.path.length === path.length + 1 && path.every((part, i) => matches(entry.path[i], part)));
  return [...known, ...later.map((entry) => entry.path.at(-1) ?? '')];
}

/** Examples of the value at a path, or at the list around it. */
export function examplesAt(path: Path): readonly unknown[] {
  const list = path.findIndex((part) => typeof part === 'number');
  return schemaAt(list === -1 ? path : path.slice(0, list))?.examples ?? [];
}

/** Places where a key of this name does belong, as a person would write them: `machines.<machine>.memory`. */
export function placesOf(key: string): readonly string[] {
  const places: string[] = [];
  const walk = (schema: JsonSchema, at: string): void => {
    const { properties = {}, additionalProperties: entries, entry } = unwrap(schema);
    for (const [name, below] of Object.entries(properties)) {
      const place = at === '' ? name : `${at}.${name}`;
      if (name === key) places.push(place);
      walk(below, place);
    }
    if (typeof entries === 'object') walk(entries, `${at}.<${entry ?? 'name'}>`);
  };
  walk(annotatedSchema(), '');
  return places;
}

function schemaAt(path: Path): JsonSchema | undefined {
  let at: JsonSchema | undefined = annotatedSchema();
  for (const part of path) {
    const map: JsonSchema = at ? unwrap(at) : {};
    at = map.properties?.[part] ?? (typeof map.additionalProperties === 'object' ? map.additionalProperties : undefined);
  }
  return at && unwrap(at);
}

function matches(pattern: string | undefined, part: string | number): boolean {
  return pattern === '*' || pattern === part;
}
