import { type Bytes, didYouMean, type Millicpu, type Milliseconds, parseBytes, parseDuration } from '../common/index.ts';
import type { Problems } from './problems.ts';
import type { Entry, MapTree, Tree } from './tree.ts';

/** Text of a scalar; numbers and booleans as Compose would write them. Undefined (and said) otherwise. */
export function readText(tree: Tree, what: string, problems: Problems): string | undefined {
  if (tree.kind === 'scalar' && tree.value !== null) return String(tree.value);
  problems.error(tree.at, `${what} has to be a text, not ${kindOf(tree)}`);
  return undefined;
}

/** A boolean, also as text: variables are always text. */
export function readBoolean(tree: Tree, what: string, problems: Problems): boolean | undefined {
  const text = tree.kind === 'scalar' ? String(tree.value).toLowerCase() : '';
  if (['true', 'yes', 'y', 'on'].includes(text)) return true;
  if (['false', 'no', 'n', 'off'].includes(text)) return false;
  problems.error(tree.at, `${what} has to be true or false, not ${kindOf(tree)}`);
  return undefined;
}

/** A whole number of at least `least`. */
export function readInteger(tree: Tree, what: string, problems: Problems, least = 0): number | undefined {
  const text = tree.kind === 'scalar' ? String(tree.value) : '';
  if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
  problems.error(tree.at, `${what} has to be a whole number${least > 0 ? ` from ${least} on` : ''}, not ${kindOf(tree)}`);
  return undefined;
}

/** Permission bits. `0440` and `0o440` are octal however YAML read them. */
export function readMode(tree: Tree, what: string, problems: Problems): number | undefined {
  const source = tree.kind === 'scalar' ? tree.source : '';
  const match = /^0?o?([0-7]{3})$/.exec(source);
  if (match) return Number.parseInt(match[1] as string, 8);
  problems.error(tree.at, `${what} has to be octal permissions such as 0440, not ${kindOf(tree)}`);
  return undefined;
}

/** `512m`, `1gb`, a bare number of bytes. */
export function readBytes(tree: Tree, what: string, problems: Problems): Bytes | undefined {
  const bytes = tree.kind === 'scalar' ? parseBytes(String(tree.value), { bare: true }) : undefined;
  if (bytes === undefined) problems.error(tree.at, `${what} has to be a size such as 512m, not ${kindOf(tree)}`);
  return bytes;
}

/** `1m30s`. */
export function readDuration(tree: Tree, what: string, problems: Problems): Milliseconds | undefined {
  const text = tree.kind === 'scalar' ? String(tree.value) : '';
  const duration = text === '0' ? 0 : parseDuration(text);
  if (duration === undefined) problems.error(tree.at, `${what} has to be a duration such as 30s or 1m30s, not ${kindOf(tree)}`);
  return duration;
}

/** `0.5` CPUs. */
export function readCpus(tree: Tree, what: string, problems: Problems): Millicpu | undefined {
  const text = tree.kind === 'scalar' ? String(tree.value) : '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  problems.error(tree.at, `${what} has to be a number of CPUs such as 0.5, not ${kindOf(tree)}`);
  return undefined;
}

/** A text or a list of texts, as a list. */
export function readTexts(tree: Tree, what: string, problems: Problems): readonly string[] {
  const items = tree.kind === 'list' ? tree.items : [tree];
  return items.map((item) => readText(item, what, problems)).filter((text) => text !== undefined);
}

/** `{K: V}` or `[K=V]` as entries in order; the value tree is a null scalar for a key alone. */
export function readPairs(tree: Tree, what: string, problems: Problems): readonly Entry[] {
  if (tree.kind === 'map') return tree.entries;
  if (tree.kind !== 'list') {
    problems.error(tree.at, `${what} has to be a map or a list of NAME=value, not ${kindOf(tree)}`);
    return [];
  }
  return tree.items.flatMap((item): Entry[] => {
    const text = readText(item, what, problems);
    if (text === undefined) return [];
    const equals = text.indexOf('=');
    const value = equals < 0 ? null : text.slice(equals + 1);
    return [
      {
        key: equals < 0 ? text : text.slice(0, equals),
        keyAt: item.at,
        value: { kind: 'scalar', at: item.at, value, source: value ?? '' },
      },
    ];
  });
}

/** The map, or undefined with a problem. Every key outside `known` is an error with a suggestion; `x-…` is free. */
export function readMap(tree: Tree, what: string, known: readonly string[], problems: Problems): MapTree | undefined {
  if (tree.kind !== 'map') {
    problems.error(tree.at, `${what} has to be a map, not ${kindOf(tree)}`);
    return undefined;
  }
  for (const entry of tree.entries) {
    if (known.includes(entry.key) || entry.key.startsWith('x-')) continue;
    const near = didYouMean(entry.key, known);
    problems.error(
      entry.keyAt,
      `"${entry.key}" is not a key of ${what}`,
      near ? `Did you mean "${near}"?` : `Known keys: ${known.join(', ')}.`,
    );
  }
  return tree;
}

/** Words for what was found instead; never the value, which may be a secret from `.env`. */
function kindOf(tree: Tree): string {
  if (tree.kind !== 'scalar') return `a ${tree.kind}`;
  if (tree.value === null) return 'nothing';
  return typeof tree.value === 'string' ? 'this text' : `this ${typeof tree.value}`;
}
