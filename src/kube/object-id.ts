import type { ObjectRef } from './types.ts';

/** An object as one text, for inventories and keys: `apps/v1/Deployment/stats/web`, `v1/Namespace//stats`. */
export function objectId(ref: ObjectRef): string {
  return `${ref.apiVersion}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
}

const order = [
  'Namespace',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'PersistentVolumeClaim',
  'Service',
  'Job',
  'StatefulSet',
  'Deployment',
];

/** Where a kind stands when objects are applied; deleting goes the other way round. Unknown kinds come last. */
export function kindRank(kind: string): number {
  const rank = order.indexOf(kind);
  return rank < 0 ? order.length : rank;
}
