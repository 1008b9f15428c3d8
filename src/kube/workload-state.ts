import type { Cluster, LiveObject } from './types.ts';

/** A workload to wait for. */
export interface WorkloadRef {
  readonly kind: 'Deployment' | 'StatefulSet' | 'Job';
  readonly name: string;
}

/** How far a workload is. */
export interface WorkloadState {
  readonly available: boolean;
  /** A Job that has given up. */
  readonly failed?: boolean;
  readonly words: string;
  readonly wanted: number;
  readonly ready: number;
  /** Whether "ready" is said by probes; without them a container counts as ready the moment it starts, also when it ends a moment later. */
  readonly probed: boolean;
}

const apiVersions = { Deployment: 'apps/v1', StatefulSet: 'apps/v1', Job: 'batch/v1' } as const;

/** Reads a workload and says how far it is; a missing one is not available. */
export async function workloadState(api: Cluster, namespace: string, workload: WorkloadRef): Promise<WorkloadState> {
  const live = await api.get({ apiVersion: apiVersions[workload.kind], kind: workload.kind, namespace, name: workload.name });
  return live ? readWorkloadState(live) : { available: false, words: 'is not there', wanted: 0, ready: 0, probed: false };
}

/** How far a Deployment, StatefulSet or Job is, from its own status: the newest generation, all of it, and nothing of the old. */
export function readWorkloadState(live: LiveObject): WorkloadState {
  const status = live.status ?? {};
  if (live.kind === 'Job') return jobState(live);
  const wanted: number = live.spec?.replicas ?? 1;
  const updated: number = status.updatedReplicas ?? 0;
  const ready: number = live.kind === 'StatefulSet' ? (status.readyReplicas ?? 0) : (status.availableReplicas ?? 0);
  const counts = { wanted, ready, probed: wanted === 0 || isProbed(live) };
  const generation = Number(live.metadata.generation ?? 0);
  if ((status.observedGeneration ?? 0) < generation) return { available: false, words: 'the change has not been seen yet', ...counts };
  if (updated < wanted) return { available: false, words: `${updated} of ${wanted} replaced`, ...counts };
  if ((status.replicas ?? 0) > wanted) return { available: false, words: 'old pods are still being stopped', ...counts };
  if (ready < wanted) return { available: false, words: `${ready} of ${wanted} ready`, ...counts };
  return { available: true, words: wanted === 0 ? 'stopped (no replicas)' : `${ready} of ${wanted} ready`, ...counts };
}

function isProbed(live: LiveObject): boolean {
  const containers: { readinessProbe?: unknown; startupProbe?: unknown }[] = live.spec?.template?.spec?.containers ?? [];
  return containers.length > 0 && containers.every((container) => container.readinessProbe ?? container.startupProbe);
}

function jobState(live: LiveObject): WorkloadState {
  const conditions: { type: string; status: string; message?: string }[] = live.status?.conditions ?? [];
  const is = (type: string) => conditions.find((item) => item.type === type && item.status === 'True');
  const failed = is('Failed');
  if (failed)
    return {
      available: false,
      failed: true,
      words: `has failed: ${failed.message ?? 'no reason given'}`,
      wanted: 1,
      ready: 0,
      probed: true,
    };
  const done = is('Complete') !== undefined;
  return { available: done, words: done ? 'finished' : 'is at work', wanted: 1, ready: done ? 1 : 0, probed: true };
}

/**
 * The pods of a workload's newest version: old ones that are being replaced do not say anything
 * about the change. Of a Deployment, those of the ReplicaSet with the Deployment's own revision.
 */
export async function newestPods(api: Cluster, namespace: string, workload: WorkloadRef): Promise<LiveObject[]> {
  const live = await api.get({ apiVersion: apiVersions[workload.kind], kind: workload.kind, namespace, name: workload.name });
  if (!live) return [];
  const labels = Object.entries((live.spec?.selector?.matchLabels ?? {}) as Record<string, string>)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  if (labels === '') return [];
  const pods = await api.list('v1', 'Pod', { namespace, labels });
  if (workload.kind !== 'Deployment') return pods.filter((pod) => isOwnedBy(pod, live.metadata.uid));
  const revision = live.metadata.annotations?.['deployment.kubernetes.io/revision'];
  const sets = await api.list('apps/v1', 'ReplicaSet', { namespace, labels });
  const newest = sets.find(
    (set) => isOwnedBy(set, live.metadata.uid) && set.metadata.annotations?.['deployment.kubernetes.io/revision'] === revision,
  );
  return pods.filter((pod) => isOwnedBy(pod, newest?.metadata.uid));
}

function isOwnedBy(object: LiveObject, uid: string | undefined): boolean {
  const owners = (object.metadata.ownerReferences ?? []) as { uid: string }[];
  return uid !== undefined && owners.some((owner) => owner.uid === uid);
}
