import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { type Diagnostic, type ErrorCode, type Location, lineStarts, placeOf } from '../common/index.ts';
import type { Path } from './types.ts';

/** A YAML file as plain data that still knows where each part was written. */
export interface YamlSource {
  readonly file: string;
  readonly data: unknown;
  /** Where the value at a path is (its key when the value is a map or a list); the nearest parent when it was not written. */
  at(path: Path): Location;
  /** Where the key (or list item) at a path is. */
  keyAt(path: Path): Location;
  /** All of the value at a path, maps and lists over several lines too. */
  spanAt(path: Path): Location;
  /** Whether the path was written, with a value or without. */
  has(path: Path): boolean;
  /** The keys of the map at a path in the order of the file (objects put `10` before `a`). */
  keys(path: Path): readonly string[];
}

/** How farthing reads YAML everywhere: keys are text, `<<` merges, aliases are bounded. */
export const yamlOptions = { merge: true, stringKeys: true, prettyErrors: false } as const;

/** Problems after which the rest of the file can still be understood. */
const harmless: readonly string[] = ['DUPLICATE_KEY'];

/**
 * Reads YAML. All its errors are collected; `source` is absent when they make the rest of the file
 * meaningless (anything but a key given twice).
 */
export function readYaml(text: string, file: string): { readonly source?: YamlSource; readonly diagnostics: readonly Diagnostic[] } {
  // Not yaml's LineCounter: it loses lines where the syntax is broken.
  const starts = lineStarts(text);
  const document = parseDocument(text, yamlOptions);
  const locate = (start: number, end: number): Location => {
    return { file, ...placeOf(starts, Math.min(start, text.length)), length: Math.max(1, end - start) };
  };
  // One slip often brings up several errors at one place; the first is the one to mend.
  const errors = document.errors.filter((error, i, all) => all.findIndex((other) => other.pos[0] === error.pos[0]) === i);
  const diagnostics = errors.map((error) => ofYamlError(error, text, locate));
  if (document.errors.some((error) => !harmless.includes(error.code))) return { diagnostics };
  const broken = (code: ErrorCode, message: string, hint: string, node: Node | null) => ({
    diagnostics: [...diagnostics, { code, severity: 'error', message, hint, location: range(node, locate) ?? locate(0, 0) } as const],
  });
  const root = document.contents;
  if (!isMap(root)) {
    return broken(
      'FAR-SPEC-002',
      root === null ? 'the file is empty' : 'the file is not a map of keys',
      'start from `farthing init`',
      root,
    );
  }
  const odd = root.items.length > 0 ? oddKey(root) : undefined;
  if (odd) return broken('FAR-SPEC-003', '`__proto__` is not a key of farthing.yaml', 'remove it', odd);
  try {
    const data: unknown = document.toJS({ maxAliasCount: 50 });
    return { source: sourceOf(root, data, file, locate, document), diagnostics };
  } catch (error) {
    return broken('FAR-SPEC-002', wordsOf(error), 'write the value out instead of using an alias', culprit(document));
  }
}

type Locate = (start: number, end: number) => Location;
type Aliases = Parameters<import('yaml').Alias['resolve']>[0];

function sourceOf(root: YAMLMap, data: unknown, file: string, locate: Locate, aliases: Aliases): YamlSource {
  const follow = (node: unknown): unknown => (isAlias(node) ? follow(node.resolve(aliases)) : node);
  const pairOf = (map: YAMLMap, key: string): Pair | undefined => {
    const own = map.items.findLast((pair) => keyText(pair) === key);
    if (own) return own;
    for (const merged of map.items.filter((pair) => keyText(pair) === '<<')) {
      const value = follow(merged.value);
      for (const from of isSeq(value) ? value.items.map(follow) : [value]) {
        const found = isMap(from) ? pairOf(from, key) : undefined;
        if (found) return found;
      }
    }
    return undefined;
  };
  const step = (node: unknown, part: string | number): { key: unknown; value: unknown } | undefined => {
    const at = follow(node);
    if (isMap(at)) return pairOf(at, String(part));
    if (isSeq(at) && typeof part === 'number' && part < at.items.length) return { key: at.items[part], value: at.items[part] };
    return undefined;
  };
  const walk = (path: Path) => {
    let found: { key: unknown; value: unknown } = { key: root, value: root };
    let depth = 0;
    for (const part of path) {
      const next = step(found.value, part);
      if (!next) break;
      found = next;
      depth += 1;
    }
    return { ...found, complete: depth === path.length, depth };
  };
  const start = range(root.items[0]?.key, locate) ?? locate(0, 1);
  const keyAt = (path: Path) => {
    const { key, depth } = walk(path);
    return depth === 0 ? start : (range(key, locate) ?? start);
  };
  return {
    file,
    data,
    keyAt,
    at(path) {
      const { value, complete } = walk(path);
      return complete && (isScalar(value) || isAlias(value)) && value.range && value.range[1] > value.range[0]
        ? (range(value, locate) ?? keyAt(path))
        : keyAt(path);
    },
    spanAt(path) {
      const { value, complete } = walk(path);
      return (complete ? range(value, locate) : undefined) ?? keyAt(path);
    },
    has: (path) => walk(path).complete,
    keys(path) {
      const { value, complete } = walk(path);
      const map = complete ? follow(value) : undefined;
      return isMap(map) ? [...new Set(keysOf(map, follow))] : [];
    },
  };
}

function keysOf(map: YAMLMap, follow: (node: unknown) => unknown): string[] {
  return map.items.flatMap((pair) => {
    if (keyText(pair) !== '<<') return [keyText(pair)];
    const value = follow(pair.value);
    return (isSeq(value) ? value.items.map(follow) : [value]).flatMap((from) => (isMap(from) ? keysOf(from, follow) : []));
  });
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

/** Objects cannot hold this key faithfully, so it would be dropped in silence. */
function oddKey(node: unknown): Node | undefined {
  if (isSeq(node)) return first(node.items, oddKey);
  if (!isMap(node)) return undefined;
  return first(node.items, (pair) => (keyText(pair) === '__proto__' && isNode(pair.key) ? pair.key : oddKey(pair.value)));
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function range(node: unknown, locate: Locate): Location | undefined {
  return isNode(node) && node.range ? locate(node.range[0], node.range[1]) : undefined;
}

function ofYamlError(error: YAMLError, text: string, locate: Locate): Diagnostic {
  const [start, end] = error.pos;
  const word = /^[^\s:]+/.exec(text.slice(start))?.[0];
  const location = locate(start, Math.max(end, error.code === 'DUPLICATE_KEY' ? start + (word?.length ?? 1) : end));
  if (error.code === 'DUPLICATE_KEY') {
    const message = `\`${word ?? 'a key'}\` is written twice in the same map`;
    return { code: 'FAR-SPEC-009', severity: 'error', message, hint: 'keep one of the two', location };
  }
  const hint = yamlHints[error.code] ?? 'correct the YAML around this place';
  return { code: 'FAR-SPEC-002', severity: 'error', message: yamlWords[error.code] ?? lowerFirst(error.message), hint, location };
}

/** The alias that cannot be followed; the last one when it is their number that is too much. */
function culprit(document: Document): Node | null {
  let last: Node | null = null;
  visit(document, {
    Alias(_key, alias) {
      last = alias;
      return alias.resolve(document) === undefined ? visit.BREAK : undefined;
    },
  });
  return last;
}

function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (text.startsWith('Excessive alias count')) return 'aliases make this file grow out of all bounds';
  return text.replace(/^Unresolved alias.*: (.*)$/s, 'there is no anchor `&$1` before this alias');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

const yamlWords: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'the file has a second document',
  BAD_ALIAS: 'this alias has no name',
};

const yamlHints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces; YAML does not allow tabs',
  BAD_INDENT: 'give keys of the same map the same number of spaces',
  BLOCK_AS_IMPLICIT_KEY: 'put the value on a line of its own, or quote it',
  MISSING_CHAR: 'add the missing character; it may belong further up',
  MULTIPLE_DOCS: 'keep one document: remove what follows `---`',
  BAD_ALIAS: 'name an anchor (`&name`) written further up',
  TAG_RESOLVE_FAILED: 'remove the tag',
  NON_STRING_KEY: 'keys are plain words',
};
