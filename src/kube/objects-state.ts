import { fingerprint } from '../common/index.ts';
import type { Manifest } from '../workloads/index.ts';
import { refOf } from './connect.ts';
import { compareObjects, type Difference } from './differences.ts';
import { objectId } from './object-id.ts';
import { ownershipOf } from './ownership.ts';
import type { LiveObject } from './types.ts';

/** One wanted object beside what is there. */
export interface ObjectState {
  readonly desired: Manifest;
  readonly live: LiveObject | undefined;
  readonly differences: readonly Difference[];
}

/**
 * Puts desired and live objects side by side. An object of ours that lost its label is treated as
 * not there: that is how a list by label shows it, and applying it puts the label back. So is one
 * that is going away, and everything in a namespace that is.
 */
export function pairObjects(desired: readonly Manifest[], live: readonly LiveObject[]): ObjectState[] {
  const byId = new Map(live.map((object) => [objectId(refOf(object)), object]));
  const leaving = new Set<string | undefined>(
    live
      .filter((object) => object.kind === 'Namespace' && object.metadata.deletionTimestamp !== undefined)
      .map((object) => object.metadata.name),
  );
  return desired.map((object) => {
    const found = byId.get(objectId(refOf(object)));
    const doomed = found && (found.metadata.deletionTimestamp !== undefined || leaving.has(found.metadata.namespace));
    const there = found && !doomed && ownershipOf(found) !== 'unlabelled' ? found : undefined;
    return { desired: object, live: there, differences: compareObjects(object, there) };
  });
}

/** What a plan assumes of the objects it changes: which differ, and where. '' when none do. */
export function fingerprintObjects(states: readonly ObjectState[]): string {
  const changed = states
    .filter((state) => state.differences.length > 0)
    .map((state) => [
      objectId(refOf(state.desired)),
      state.differences.map((difference) => `${difference.problem} ${difference.path}`).sort(),
    ]);
  return changed.length === 0 ? '' : fingerprint(changed);
}
