import { FarthingError } from '../common/index.ts';
import type { Manifest } from '../workloads/index.ts';
import { describe, fieldManager } from './connect.ts';
import { isApplied } from './owned-fields.ts';
import type { LiveObject } from './types.ts';

/** The label every object of farthing carries, and by which they are listed. */
export const managedByLabel = 'app.kubernetes.io/managed-by';

/** `labelled`: ours and listed as such; `unlabelled`: ours, the label was taken off; `foreign`: somebody else's. */
export type Ownership = 'labelled' | 'unlabelled' | 'foreign';

/** Whose an object of the cluster is. */
export function ownershipOf(live: LiveObject): Ownership {
  if (live.metadata.labels?.[managedByLabel] === 'farthing') return 'labelled';
  return isApplied(live, fieldManager) ? 'unlabelled' : 'foreign';
}

/** Throws FAR-KUBE-006 when an object we are about to write belongs to somebody else. */
export function refuseForeign(desired: Manifest, live: LiveObject | undefined): void {
  if (live === undefined || ownershipOf(live) !== 'foreign') return;
  const name = describe(desired.kind, desired.metadata);
  throw new FarthingError('FAR-KUBE-006', `${name} exists already and was not made by farthing.`, {
    hint: `Give the app or service another name, or hand the object over: label it ${managedByLabel}=farthing.`,
  });
}
