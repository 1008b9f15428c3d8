import { parseBytes } from '../common/index.ts';
import { type LiveObject, managedByLabel, nodeOfVolume } from '../kube/index.ts';
import type { Manifest } from '../workloads/index.ts';
import type { PresentCluster } from './input.ts';
import type { KeptVolume } from './types.ts';

/** The node each claim's data is on, by `namespace/claim`. A claim that is not bound yet has none. */
export function nodesOfClaims(cluster: PresentCluster | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const volume of cluster?.volumes ?? []) {
    const claim = volume.spec?.claimRef as { namespace: string; name: string } | undefined;
    const node = nodeOfVolume(volume);
    if (claim && node !== undefined) found.set(`${claim.namespace}/${claim.name}`, node);
  }
  return found;
}

/** Claims farthing made that nothing in `wanted` uses. They are kept until `farthing prune`. */
export function keptVolumes(
  cluster: PresentCluster | undefined,
  wanted: readonly Manifest[],
): (KeptVolume & { readonly claim: LiveObject })[] {
  const used = new Set(
    wanted
      .filter((object) => object.kind === 'PersistentVolumeClaim')
      .map((object) => `${object.metadata.namespace}/${object.metadata.name}`),
  );
  const nodes = nodesOfClaims(cluster);
  return (cluster?.claims ?? [])
    .filter((claim) => claim.metadata.labels?.[managedByLabel] === 'farthing')
    .map((claim) => ({ key: `${claim.metadata.namespace}/${claim.metadata.name}`, claim }))
    .filter(({ key }) => !used.has(key))
    .map(({ key, claim }) => ({
      namespace: claim.metadata.namespace ?? '',
      name: claim.metadata.name,
      node: nodes.get(key) ?? 'no node yet',
      size: sizeOfClaim(claim),
      claim,
    }))
    .sort((a, b) => `${a.namespace}/${a.name}`.localeCompare(`${b.namespace}/${b.name}`));
}

/** What a claim asked for, bytes. local-path does not enforce it, so the data may be larger. */
export function sizeOfClaim(claim: LiveObject): number | undefined {
  const asked = claim.spec?.resources?.requests?.storage as string | undefined;
  return asked === undefined ? undefined : parseBytes(asked, { bare: true });
}
