import { type Clock, Sealed } from '../common/index.ts';
import { type Cluster, type LiveObject, leaseRef, managedByLabel, readLease } from '../kube/index.ts';
import { condenseNode } from './condense-node.ts';
import { inventoryRef, parseInventory } from './inventory.ts';
import type { ClusterWorld } from './types.ts';

type Present = Extract<ClusterWorld, { state: 'present' }>;

const ours = { labels: `${managedByLabel}=farthing` };

/**
 * Reads everything about the cluster in one go: a dozen requests side by side, none of them a write.
 * `id` comes from the server's owner mark. Throws FAR-KUBE-00x, FAR-PLAN-005.
 */
export async function readCluster(cluster: Cluster, clock: Clock, id: string | undefined): Promise<Present> {
  const [
    nodes,
    namespaces,
    configMaps,
    secrets,
    services,
    deployments,
    statefulSets,
    jobs,
    claims,
    pods,
    volumes,
    classes,
    inventory,
    lease,
  ] = await Promise.all([
    cluster.list('v1', 'Node'),
    cluster.list('v1', 'Namespace', ours),
    cluster.list('v1', 'ConfigMap', ours),
    cluster.list('v1', 'Secret', ours),
    cluster.list('v1', 'Service', ours),
    // All of these three: the add-ons' Deployments and claims without our label are looked at too.
    cluster.list('apps/v1', 'Deployment'),
    cluster.list('apps/v1', 'StatefulSet', ours),
    cluster.list('batch/v1', 'Job', ours),
    cluster.list('v1', 'PersistentVolumeClaim'),
    cluster.list('v1', 'Pod'),
    cluster.list('v1', 'PersistentVolume'),
    cluster.list('storage.k8s.io/v1', 'StorageClass'),
    cluster.get(inventoryRef),
    cluster.get(leaseRef),
  ]);
  const parsed = parseInventory(inventory);
  const held = readLease(lease, clock.now());
  const owned = [
    ...namespaces,
    ...configMaps,
    ...secrets.map(sealSecret),
    ...services,
    ...deployments,
    ...statefulSets,
    ...jobs,
    ...claims,
  ];
  return {
    state: 'present',
    id: id ?? parsed?.cluster.id ?? '',
    nodes: nodes.map(condenseNode).sort((a, b) => (a.name < b.name ? -1 : 1)),
    inventory: parsed,
    objects: owned.filter((object) => object.metadata.labels?.[managedByLabel] === 'farthing'),
    pods,
    volumes,
    claims,
    addons: addonsOf(deployments, classes),
    lease: held && { holder: held.holder, since: held.since, renewed: held.renewed },
  };
}

/** A World may be printed, a Secret's values may not. */
function sealSecret(secret: LiveObject): LiveObject {
  const data = Object.entries((secret.data ?? {}) as Record<string, string>).map(([key, value]) => [key, new Sealed(value)]);
  return { ...secret, data: Object.fromEntries(data) };
}

/** The packaged add-ons farthing counts on, by the name K3s gives their manifest. */
function addonsOf(deployments: readonly LiveObject[], classes: readonly LiveObject[]): Present['addons'] {
  const deployment = (name: string): string | undefined => {
    const found = deployments.find((object) => object.metadata.namespace === 'kube-system' && object.metadata.name === name);
    if (found === undefined) return `its Deployment ${name} is missing`;
    return (found.spec?.replicas ?? 1) === 0 ? `its Deployment ${name} is scaled to nothing` : undefined;
  };
  const storageClass = classes.some((object) => object.metadata.name === 'local-path')
    ? undefined
    : 'its StorageClass local-path is missing';
  return [
    { name: 'coredns', problem: deployment('coredns') },
    { name: 'local-storage', problem: deployment('local-path-provisioner') ?? storageClass },
  ];
}
