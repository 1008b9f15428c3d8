import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node as YamlNode } from 'yaml';
import type { Location } from '../common/index.ts';

/** YAML with a place for everything: aliases and merge keys resolved, keys as text. */
export type Tree = MapTree | ListTree | ScalarTree;

/** `!reset` removes, `!override` replaces what files before it say. */
export type Tag = 'reset' | 'override';

/** A map, its entries in the order of the file. */
export interface MapTree {
  readonly kind: 'map';
  readonly at: Location;
  readonly entries: readonly Entry[];
  readonly tag?: Tag;
}

/** One entry of a map. */
export interface Entry {
  readonly key: string;
  readonly keyAt: Location;
  readonly value: Tree;
}

/** A list. */
export interface ListTree {
  readonly kind: 'list';
  readonly at: Location;
  readonly items: readonly Tree[];
  readonly tag?: Tag;
}

/** A scalar; `source` is how it was written (for octal numbers). */
export interface ScalarTree {
  readonly kind: 'scalar';
  readonly at: Location;
  readonly value: string | number | boolean | null;
  readonly source: string;
  /** A variable went into it, so it may be a secret. */
  readonly filled?: boolean;
  readonly tag?: Tag;
}

/** A mistake of YAML itself. */
export interface TreeProblem {
  readonly message: string;
  readonly at: Location;
}

const maxNodes = 50_000;

/** Reads one YAML document; `file` is how it is shown to the person. The tree is absent when it is no YAML. */
export function parseTree(text: string, file: string): { readonly tree?: Tree; readonly problems: readonly TreeProblem[] } {
  const lines = new LineCounter();
  // Compose files in the wild repeat `<<`; any other key twice is a mistake.
  const uniqueKeys = (a: YamlNode, b: YamlNode) => a === b || (isScalar(a) && isScalar(b) && a.value === b.value && a.value !== '<<');
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: uniqueKeys as never, prettyErrors: false });
  const place = (offset: number, length = 1): Location => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), length };
  };
  const problems: TreeProblem[] = document.errors.map((e) => ({ message: firstLine(e.message), at: place(e.pos[0]) }));
  if (problems.length > 0) return { problems };
  let count = 0;
  const convert = (node: unknown, fallback: Location): Tree => {
    count += 1;
    if (count > maxNodes) throw new Error('too many aliases');
    if (isAlias(node)) return convert(node.resolve(document), locate(node, fallback));
    const at = locate(node, fallback);
    const tag = tagOf(node);
    if (isMap(node)) return { kind: 'map', at, entries: entriesOf(node.items, at), ...tag };
    if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => convert(item, at)), ...tag };
    if (!isScalar(node)) return { kind: 'scalar', at, value: null, source: '' };
    const value = node.value;
    const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
    return { kind: 'scalar', at, value: known, source: node.source ?? String(known ?? ''), ...tag };
  };
  const locate = (node: unknown, fallback: Location): Location => {
    const range = (node as { range?: [number, number, number] | null } | null)?.range;
    if (!range) return fallback;
    const length = isScalar(node) && !text.slice(range[0], range[1]).includes('\n') ? Math.max(1, range[1] - range[0]) : 1;
    return place(range[0], length);
  };
  const entriesOf = (items: readonly { key: unknown; value: unknown }[], at: Location): Entry[] => {
    const merged = new Map<string, Entry>();
    const own = new Map<string, Entry>();
    for (const item of items) {
      const keyAt = locate(item.key, at);
      const key = isScalar(item.key) ? String(item.key.value) : '';
      const value = convert(item.value, keyAt);
      if (key !== '<<') own.set(key, { key, keyAt, value });
      else
        for (const from of value.kind === 'list' ? value.items : [value])
          for (const entry of from.kind === 'map' ? from.entries : []) if (!merged.has(entry.key)) merged.set(entry.key, entry);
    }
    return [...new Map([...merged, ...own]).values()];
  };
  const start = place(0);
  try {
    return { tree: convert(document.contents, start), problems };
  } catch (error) {
    return { problems: [{ message: error instanceof Error ? error.message : String(error), at: start }] };
  }
}

/** The value behind a key of a map. */
export function entryOf(tree: Tree | undefined, key: string): Entry | undefined {
  return tree?.kind === 'map' ? tree.entries.find((entry) => entry.key === key) : undefined;
}

/** Whether a variable went into any scalar below. */
export function isFilled(tree: Tree): boolean {
  if (tree.kind === 'map') return tree.entries.some((entry) => isFilled(entry.value));
  return tree.kind === 'list' ? tree.items.some(isFilled) : tree.filled === true;
}

/** A copy in which every scalar text has been replaced; keys stay. */
export function mapTexts(tree: Tree, change: (text: string, at: Location) => string): Tree {
  if (tree.kind === 'map') return { ...tree, entries: tree.entries.map((e) => ({ ...e, value: mapTexts(e.value, change) })) };
  if (tree.kind === 'list') return { ...tree, items: tree.items.map((item) => mapTexts(item, change)) };
  if (typeof tree.value !== 'string') return tree;
  const value = change(tree.value, tree.at);
  // `$$` changes the text too, and is no variable.
  const filled = /(^|[^$])(\$\$)*\$[{A-Za-z_]/.test(tree.value);
  return value === tree.value && !filled ? tree : { ...tree, value, source: value, ...(filled ? { filled } : {}) };
}

function tagOf(node: unknown): { tag?: Tag } {
  const tag = (node as { tag?: string } | null)?.tag;
  return tag === '!reset' ? { tag: 'reset' } : tag === '!override' ? { tag: 'override' } : {};
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}
