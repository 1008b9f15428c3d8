import { parseRecords, recordsRef, timeOf } from '../backup/index.ts';
import { formatBytes } from '../common/index.ts';
import { type LiveObject, nodeOfVolume, parseQuantity, podTrouble, readWorkloadState } from '../kube/index.ts';
import type { Decision } from '../placement/index.ts';
import type { ClusterWorld, World } from './types.ts';

/** What runs where, and what is not well. Plain data, for `farthing status` and `--json`. */
export interface Status {
  readonly at: string;
  readonly cluster: {
    readonly state: ClusterWorld['state'];
    readonly reason?: string;
    readonly lease?: { readonly holder: string; readonly since: string };
  };
  readonly machines: readonly MachineStatus[];
  readonly apps: readonly AppStatus[];
  /** What is not well, worst first; empty when all is well. */
  readonly problems: readonly Problem[];
}

/** One machine. */
export interface MachineStatus {
  readonly name: string;
  readonly state: 'ready' | 'not ready' | 'not joined' | 'unreachable' | 'leaving';
  readonly role: string;
  readonly arch: string;
  readonly version: string;
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
  readonly diskFree: number | undefined;
  /** Pods that run on it. */
  readonly pods: number;
}

/** One app with its services and volumes. */
export interface AppStatus {
  readonly name: string;
  readonly services: readonly ServiceStatus[];
  readonly volumes: readonly VolumeStatus[];
  /** The newest backup that counts, as the cluster remembers it. `age` in milliseconds. */
  readonly backup?: { readonly id: string; readonly age: number };
}

/** One service of an app. */
export interface ServiceStatus {
  readonly name: string;
  readonly wanted: number;
  readonly ready: number;
  readonly words: string;
  /** Where packing expected it, when a plan says so. Running elsewhere is no fault. */
  readonly expected?: string;
  readonly pods: readonly {
    readonly name: string;
    readonly node: string;
    readonly words: string;
    readonly restarts: number;
    readonly since: string;
  }[];
}

/** One volume. `size` is what was asked for, in bytes; `mounted` whether a pod uses it. */
export interface VolumeStatus {
  readonly name: string;
  readonly node: string;
  readonly size: number | undefined;
  readonly bound: boolean;
  readonly mounted: boolean;
}

/** Something that is not well. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** `machine micro-1`, `stats/db`, `add-on coredns`. */
  readonly where: string;
  readonly words: string;
  readonly hint?: string;
}

type Present = Extract<ClusterWorld, { state: 'present' }>;

const lowDisk = 1024 ** 3;

/** Puts a look at the world into words. Pure; `placements` of a plan add where each service was expected. */
export function statusOf(
  world: World,
  placements: readonly { readonly app: string; readonly service: string; readonly decision: Decision }[] = [],
): Status {
  const cluster = world.cluster.state === 'present' ? world.cluster : undefined;
  const machines = machinesOf(world, cluster);
  const apps = cluster ? appsOf(cluster, Date.parse(world.at), placements) : [];
  const problems = [
    ...clusterProblems(world),
    ...machineProblems(world, cluster),
    ...(cluster ? [...addonProblems(cluster), ...podProblems(cluster)] : []),
  ];
  const rank = (problem: Problem) => (problem.severity === 'error' ? 0 : 1);
  return {
    at: world.at,
    cluster: {
      state: world.cluster.state,
      ...(world.cluster.state === 'unknown' ? { reason: world.cluster.unknown.reason } : {}),
      ...(cluster?.lease ? { lease: { holder: cluster.lease.holder, since: cluster.lease.since } } : {}),
    },
    machines,
    apps,
    problems: problems.sort((a, b) => rank(a) - rank(b)),
  };
}

function machinesOf(world: World, cluster: Present | undefined): MachineStatus[] {
  const names = new Set([...Object.keys(world.hosts), ...(cluster?.nodes ?? []).map((node) => node.name)]);
  return [...names].map((name) => {
    const host = world.hosts[name];
    const facts = host && !('unreachable' in host) ? host : undefined;
    const node = cluster?.nodes.find((item) => item.name === name);
    const state = node ? (node.ready ? (node.unschedulable ? 'leaving' : 'ready') : 'not ready') : facts ? 'not joined' : 'unreachable';
    return {
      name,
      state,
      role: node?.role ?? facts?.k3s?.role ?? '',
      arch: node?.arch ?? facts?.arch ?? '',
      version: node?.version ?? facts?.k3s?.version ?? '',
      memory: node?.memory ?? facts?.memory,
      cpus: node?.cpus ?? facts?.cpus,
      diskFree: facts?.diskFree,
      pods: (cluster?.pods ?? []).filter((pod) => pod.spec?.nodeName === name && pod.status?.phase === 'Running').length,
    };
  });
}

function appsOf(cluster: Present, now: number, placements: Parameters<typeof statusOf>[1] = []): AppStatus[] {
  const workloads = cluster.objects.filter((object) => ['Deployment', 'StatefulSet', 'Job'].includes(object.kind));
  const names = new Set([...workloads, ...cluster.claims.filter(isOurs)].map((object) => object.metadata.namespace ?? ''));
  const records = parseRecords(
    cluster.objects.find(
      ({ kind, metadata }) => kind === recordsRef.kind && metadata.name === recordsRef.name && metadata.namespace === recordsRef.namespace,
    ),
  );
  const backupOf = (name: string) => {
    const last = records[name]?.last;
    return last ? { backup: { id: last.id, age: now - timeOf(last.id) } } : {};
  };
  return [...names].sort().map((name) => ({
    name,
    ...backupOf(name),
    services: workloads
      .filter((object) => object.metadata.namespace === name)
      .map((object) => serviceOf(object, cluster, placements))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    volumes: cluster.claims.filter((claim) => claim.metadata.namespace === name).map((claim) => volumeOf(claim, cluster)),
  }));
}

function serviceOf(workload: LiveObject, cluster: Present, placements: NonNullable<Parameters<typeof statusOf>[1]>): ServiceStatus {
  const { namespace, name } = workload.metadata;
  const { wanted, ready, words } = readWorkloadState(workload);
  const decision = placements.find((item) => item.app === namespace && item.service === name)?.decision;
  const expected = decision?.kind === 'placed' ? decision.expected : undefined;
  return {
    name,
    wanted,
    ready,
    words,
    ...(expected === undefined ? {} : { expected }),
    pods: podsOf(workload, cluster).map((pod) => ({
      name: pod.metadata.name,
      node: pod.spec?.nodeName ?? '',
      words: podTrouble(pod)?.words ?? (pod.status?.phase === 'Succeeded' ? 'has finished' : 'runs'),
      restarts: restartsOf(pod),
      since: pod.status?.startTime ?? '',
    })),
  };
}

function podsOf(workload: LiveObject, cluster: Present): LiveObject[] {
  const wanted = Object.entries((workload.spec?.selector?.matchLabels ?? {}) as Record<string, string>);
  const matches = (pod: LiveObject) => wanted.every(([key, value]) => pod.metadata.labels?.[key] === value);
  return cluster.pods.filter((pod) => pod.metadata.namespace === workload.metadata.namespace && wanted.length > 0 && matches(pod));
}

function volumeOf(claim: LiveObject, cluster: Present): VolumeStatus {
  const volume = cluster.volumes.find((item) => item.metadata.name === claim.spec?.volumeName);
  const users = cluster.pods.filter((pod) => pod.metadata.namespace === claim.metadata.namespace && mounts(pod, claim.metadata.name));
  return {
    name: claim.metadata.name,
    node: (volume && nodeOfVolume(volume)) ?? '',
    size: parseQuantity(claim.spec?.resources?.requests?.storage),
    bound: claim.status?.phase === 'Bound',
    mounted: users.length > 0,
  };
}

function clusterProblems(world: World): Problem[] {
  if (world.cluster.state !== 'unknown') return [];
  return [{ severity: 'error', where: 'cluster', words: world.cluster.unknown.reason }];
}

function machineProblems(world: World, cluster: Present | undefined): Problem[] {
  const nodes = (cluster?.nodes ?? []).flatMap((node) =>
    (node.troubles ?? []).map((words): Problem => ({ severity: 'error', where: `machine ${node.name}`, words })),
  );
  const hosts = Object.entries(world.hosts).flatMap(([name, host]): Problem[] => {
    const where = `machine ${name}`;
    if ('unreachable' in host) return [{ severity: 'error', where, words: `cannot be reached: ${host.unreachable.reason}` }];
    if (host.diskFree > 0 && host.diskFree < lowDisk) {
      return [
        {
          severity: 'warning',
          where,
          words: `only ${formatBytes(host.diskFree)} of disk are left`,
          hint: 'Old images can go: `k3s crictl rmi --prune` on the machine.',
        },
      ];
    }
    return [];
  });
  return [...hosts, ...nodes];
}

function addonProblems(cluster: Present): Problem[] {
  return cluster.addons.flatMap((addon) =>
    addon.problem === undefined
      ? []
      : [{ severity: 'error' as const, where: `add-on ${addon.name}`, words: addon.problem, hint: '`farthing up` puts it back.' }],
  );
}

function podProblems(cluster: Present): Problem[] {
  return cluster.pods.flatMap((pod): Problem[] => {
    const where = `${pod.metadata.namespace}/${pod.metadata.labels?.['app.kubernetes.io/name'] ?? pod.metadata.name}`;
    const trouble = podTrouble(pod);
    const hint = trouble?.hint === undefined ? {} : { hint: trouble.hint };
    if (trouble && trouble.severity !== 'waiting') return [{ severity: 'error', where, words: trouble.words, ...hint }];
    if (trouble && trouble.reason !== 'gone') return [{ severity: 'warning', where, words: trouble.words, ...hint }];
    const restarts = restartsOf(pod);
    if (restarts < 3) return [];
    return [
      {
        severity: 'warning',
        where,
        words: `runs, but has been started again ${restarts} times`,
        hint: 'Its log tells why: `farthing logs`.',
      },
    ];
  });
}

function isOurs(object: LiveObject): boolean {
  return object.metadata.labels?.['app.kubernetes.io/managed-by'] === 'farthing';
}

// biome-ignore lint/suspicious/noExplicitAny: foreign data, read permissively
type Any = any;

function mounts(pod: LiveObject, claim: string): boolean {
  return (pod.spec?.volumes ?? []).some((volume: Any) => volume.persistentVolumeClaim?.claimName === claim);
}

function restartsOf(pod: LiveObject): number {
  return (pod.status?.containerStatuses ?? []).reduce((sum: number, container: Any) => sum + (container.restartCount ?? 0), 0);
}
