import { isObject } from './list-keys.ts';
import type { LiveObject } from './types.ts';

/** A field of the live object that farthing applied earlier. Segments are keys, or the identity of a list item. */
export type OwnedField = readonly (string | Readonly<Record<string, unknown>>)[];

interface ManagedEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: unknown;
}

/**
 * The leaf fields `manager` owns by server-side apply, read from `managedFields`
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management). Whatever is
 * in here and no longer wanted goes away with the next apply.
 */
export function ownedFields(live: LiveObject, manager: string): OwnedField[] {
  const entries = (live.metadata.managedFields ?? []) as readonly ManagedEntry[];
  const ours = entries.filter((entry) => entry.manager === manager && entry.operation === 'Apply' && !entry.subresource);
  return ours.flatMap((entry) => leaves(entry.fieldsV1, []));
}

/** Whether farthing has ever applied this object. */
export function isApplied(live: LiveObject, manager: string): boolean {
  const entries = (live.metadata.managedFields ?? []) as readonly ManagedEntry[];
  return entries.some((entry) => entry.manager === manager && entry.operation === 'Apply');
}

function leaves(node: unknown, at: OwnedField): OwnedField[] {
  if (!isObject(node)) return [];
  const children = Object.entries(node).filter(([key]) => key.startsWith('f:') || key.startsWith('k:'));
  if (children.length === 0) return at.length === 0 ? [] : [at];
  return children.flatMap(([key, child]) =>
    leaves(child, [...at, key.startsWith('f:') ? key.slice(2) : (JSON.parse(key.slice(2)) as Record<string, unknown>)]),
  );
}
