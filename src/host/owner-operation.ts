import { fingerprint } from '../common/index.ts';
import type { Operation } from '../operation/index.ts';
import type { HostFacts, OwnerMark } from './types.ts';

/** The mark that is to be on a host; what was before is read on the host itself. */
export type OwnerData = Omit<OwnerMark, 'before'>;

/** The operation that marks a host as one of this cluster; undefined when it is. Another cluster's mark is a preflight refusal. */
export function ownerOperation(facts: HostFacts, mark: OwnerData): Operation<OwnerData> | undefined {
  if (isMarked(facts.owner, mark)) return undefined;
  return {
    id: `host.owner:${mark.machine}`,
    kind: 'host.owner',
    title: `Mark ${mark.machine} as a machine of ${mark.cluster}`,
    why: facts.owner
      ? `its mark says it is ${facts.owner.machine} of ${facts.owner.cluster}`
      : 'so that no other cluster takes it, and its old settings can be put back',
    target: { machine: mark.machine },
    touches: ['/etc/farthing/owner'],
    destroys: [],
    after: [],
    assumes: fingerprint(facts.owner ?? null),
    data: mark,
  };
}

/** Is the host marked so? farthing's version does not matter: a new one changes nothing unasked. */
export function isMarked(owner: OwnerMark | undefined, mark: OwnerData): boolean {
  return owner?.id === mark.id && owner.machine === mark.machine && owner.cluster === mark.cluster;
}
