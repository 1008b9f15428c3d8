import type { LiveObject } from './types.ts';

/** A volume that lives on one machine's disk. */
export interface LocalVolume {
  /** The PersistentVolume. */
  readonly name: string;
  readonly namespace: string;
  readonly claim: string;
  /** Folder on the machine, when it is known. */
  readonly path: string | undefined;
}

/** The node a PersistentVolume is bound to by its affinity; undefined for volumes that can move. */
export function nodeOfVolume(volume: LiveObject): string | undefined {
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  for (const term of terms) {
    for (const expression of [...(term.matchExpressions ?? []), ...(term.matchFields ?? [])]) {
      if (
        ['kubernetes.io/hostname', 'metadata.name'].includes(expression.key) &&
        expression.operator === 'In' &&
        expression.values?.length === 1
      )
        return expression.values[0];
    }
  }
  return undefined;
}

/** The volumes whose only copy of the data is on the node. */
export function volumesOnNode(volumes: readonly LiveObject[], node: string): LocalVolume[] {
  return volumes
    .filter((volume) => nodeOfVolume(volume) === node)
    .map((volume) => ({
      name: volume.metadata.name,
      namespace: volume.spec?.claimRef?.namespace ?? '',
      claim: volume.spec?.claimRef?.name ?? volume.metadata.name,
      path: volume.spec?.local?.path ?? volume.spec?.hostPath?.path,
    }));
}
