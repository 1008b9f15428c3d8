import type { Manifest } from '../workloads/index.ts';
import { isObject, itemKey, listKeys } from './list-keys.ts';
import { foldStringData } from './outgoing.ts';
import { type OwnedField, ownedFields } from './owned-fields.ts';
import { sameAsAbsent, sameBase64, sameLeaf } from './same-value.ts';
import type { LiveObject } from './types.ts';

/** One place where a live object is not what we want. */
export interface Difference {
  /** `spec.template.spec.containers[web].image`; empty when the whole object is missing. */
  readonly path: string;
  /**
   * `differs`: another value; `missing`: not there; `extra`: an item somebody else put into a list or
   * map that is wholly ours; `unwanted`: ours from earlier, no longer in what we want.
   */
  readonly problem: 'differs' | 'missing' | 'extra' | 'unwanted';
  readonly wanted?: unknown;
  readonly is?: unknown;
  /** For `extra`: where to remove it, as the keys and indexes of a JSON pointer. */
  readonly pointer?: readonly (string | number)[];
}

/** Field paths where what we want is not so; empty when an apply would change nothing. */
export function differences(desired: Manifest, live: LiveObject | undefined): string[] {
  return compareObjects(desired, live).map((difference) => difference.path || '(missing)');
}

/**
 * Compares what we want with what is, by meaning: quantities by value, lists by the API's merge
 * keys, Secret data decoded, defaults and other people's labels and annotations left alone.
 */
export function compareObjects(desired: Manifest, live: LiveObject | undefined): Difference[] {
  if (live === undefined) return [{ path: '', problem: 'missing' }];
  const want = foldStringData(desired);
  const { apiVersion: _a, kind, metadata, status: _s, ...fields } = want;
  const { name: _n, namespace: _ns, ...meta } = metadata;
  const found: Difference[] = [];
  compareValue({ kind, found }, { metadata: meta, ...fields }, live, { names: [], text: '', pointer: [] });
  const seen = new Set(found.map((difference) => difference.path));
  for (const field of ownedFields(live, 'farthing')) {
    const path = unwantedPath(want, field);
    if (path !== undefined && !seen.has(path)) found.push({ path, problem: 'unwanted' });
  }
  return found;
}

interface Comparison {
  readonly kind: string;
  readonly found: Difference[];
}

interface Place {
  /** Field names only, to know what a value means. */
  readonly names: readonly string[];
  readonly text: string;
  readonly pointer: readonly (string | number)[];
}

function compareValue(comparison: Comparison, want: unknown, have: unknown, at: Place): void {
  if (want === undefined) return;
  if (have === undefined || have === null) {
    if (!sameAsAbsent(at.names, want)) comparison.found.push({ path: at.text, problem: 'missing', wanted: want });
  } else if (isObject(want) && isObject(have)) compareMap(comparison, want, have, at);
  else if (Array.isArray(want) && Array.isArray(have)) compareList(comparison, want, have, at);
  else if (isSecretData(comparison.kind, at.names) ? !sameBase64(want, have) : !sameLeaf(at.names, want, have)) {
    comparison.found.push({ path: at.text, problem: 'differs', wanted: want, is: have });
  }
}

function compareMap(
  comparison: Comparison,
  want: Readonly<Record<string, unknown>>,
  have: Readonly<Record<string, unknown>>,
  at: Place,
): void {
  for (const [key, value] of Object.entries(want)) compareValue(comparison, value, have[key], below(at, key));
  const whole = isWhollyOurs(comparison.kind, at.names);
  for (const [key, value] of Object.entries(have)) {
    if (want[key] !== undefined || value === null) continue;
    const place = below(at, key);
    if (whole || isOurList(at.names, key, value))
      comparison.found.push({ path: place.text, problem: 'extra', is: value, pointer: place.pointer });
  }
}

function compareList(comparison: Comparison, want: readonly unknown[], have: readonly unknown[], at: Place): void {
  const field = at.names.at(-1) ?? '';
  const by = listKeys(field, [...want, ...have]);
  if (by === undefined && field !== 'finalizers') {
    if (want.length !== have.length) comparison.found.push({ path: at.text, problem: 'differs', wanted: want, is: have });
    else
      for (const [i, item] of want.entries())
        compareValue(comparison, item, have[i], { ...at, text: `${at.text}[${i}]`, pointer: [...at.pointer, i] });
    return;
  }
  const keyOf = (item: unknown) => itemKey(item, by ?? []);
  const wanted = new Set(want.map(keyOf));
  for (const item of want) {
    const index = have.findIndex((other) => keyOf(other) === keyOf(item));
    compareValue(comparison, item, have[index], { names: at.names, text: `${at.text}[${keyOf(item)}]`, pointer: [...at.pointer, index] });
  }
  // Finalizers, owners and the like of others are theirs.
  if (at.names[0] === 'metadata') return;
  for (const [index, item] of have.entries()) {
    if (wanted.has(keyOf(item))) continue;
    comparison.found.push({ path: `${at.text}[${keyOf(item)}]`, problem: 'extra', is: item, pointer: [...at.pointer, index] });
  }
}

function below(at: Place, key: string): Place {
  const simple = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key);
  const text = simple ? (at.text ? `${at.text}.${key}` : key) : `${at.text}["${key}"]`;
  return { names: [...at.names, key], text, pointer: [...at.pointer, key] };
}

function isSecretData(kind: string, names: readonly string[]): boolean {
  return kind === 'Secret' && names.length === 2 && names[0] === 'data';
}

/** Maps in which a key we did not write has an effect on the app. */
function isWhollyOurs(kind: string, names: readonly string[]): boolean {
  if (kind === 'ConfigMap' || kind === 'Secret') return names.length === 1 && (names[0] === 'data' || names[0] === 'binaryData');
  return names.at(-1) === 'selector' && kind === 'Service';
}

const ourLists = new Set(['args', 'command', 'env', 'envFrom', 'initContainers', 'ports', 'volumeMounts', 'volumes']);

/** Lists the server never fills in by itself, inside a pod template: also ours when we want none. */
function isOurList(names: readonly string[], key: string, value: unknown): boolean {
  return names[1] === 'template' && ourLists.has(key) && Array.isArray(value) && value.length > 0;
}

/** The path of an owned field that is not in `want`; undefined when it is. */
function unwantedPath(want: unknown, field: OwnedField): string | undefined {
  let value: unknown = want;
  let at: Place = { names: [], text: '', pointer: [] };
  let gone = false;
  for (const segment of field) {
    if (typeof segment === 'string') {
      at = below(at, segment);
      value = isObject(value) ? value[segment] : undefined;
    } else {
      const by = Object.keys(segment);
      at = { ...at, text: `${at.text}[${itemKey(segment, by)}]` };
      value = Array.isArray(value) ? value.find((item) => itemKey(item, by) === itemKey(segment, by)) : undefined;
    }
    // The highest place that is gone says enough; below it there is nothing more to name.
    if (value === undefined || value === null) {
      gone = true;
      break;
    }
  }
  return gone ? at.text : undefined;
}
