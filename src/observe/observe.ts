import { asFarthingError, type Clock, FarthingError } from '../common/index.ts';
import { type FleetMember, type HostFacts, probeFleet, readHostFacts } from '../host/index.ts';
import { type Cluster, connectThrough } from '../kube/index.ts';
import type { Unknown } from '../operation/index.ts';
import type { Spec } from '../spec/index.ts';
import type { Shell, ShellMachine, Shells } from '../ssh/index.ts';
import { readCluster } from './read-cluster.ts';
import type { ClusterWorld, Inventory, World } from './types.ts';

/** What a look needs. */
export interface ObserveOptions {
  readonly spec: Spec;
  readonly shells: Shells;
  readonly clock: Clock;
  /** Told of machines that only the inventory names, before their shell is opened; without it they are not looked at. */
  readonly know?: (machine: ShellMachine) => void;
  /** Another way to the API than a forward of its own. What it gives is closed after the look unless `keep` is set. */
  readonly connectCluster?: (shell: Shell, kubeconfig: string) => Promise<Cluster>;
  /** Leaves the cluster that `connectCluster` gave open. */
  readonly keep?: boolean;
  /** Looks at nothing; everything is unknown. */
  readonly offline?: boolean;
}

type HostLook = World['hosts'][string];

/** Connections being taken down: waited for at the very end, beside slower hosts. */
interface Look extends ObserveOptions {
  readonly closing: Promise<unknown>[];
}

/**
 * One look at all hosts and the cluster, side by side, over one ssh connection a host. Writes
 * nothing. What cannot be looked at is part of the answer; only a cluster made by a newer farthing
 * throws (FAR-PLAN-005).
 */
export async function observe(asked: ObserveOptions): Promise<World> {
  const options: Look = { ...asked, closing: [] };
  const { spec, clock } = options;
  const at = new Date(clock.now()).toISOString();
  if (options.offline) return offlineWorld(at, spec);
  const looks = new Map<string, Promise<HostLook>>(spec.machines.map((machine) => [machine.name, lookAtHost(machine.name, options)]));
  const server = spec.machines.find((machine) => machine.role === 'server')?.name;
  // The cluster is read beside the server's facts; slower hosts do not hold it up.
  const early = server === undefined ? undefined : readEarly(server, options);
  void early?.catch(() => undefined);
  const cluster: ClusterWorld =
    server === undefined
      ? { state: 'absent' }
      : await lookAtCluster(server, await (looks.get(server) as Promise<HostLook>), early, options);
  if (cluster.state === 'present') {
    for (const machine of strangers(cluster.inventory, spec, options)) looks.set(machine.name, lookAtHost(machine.name, options));
  }
  const hosts = await Promise.all([...looks].map(async ([name, look]) => [name, await look] as const));
  // Nodes that are ready have shown that they reach each other; hosts that are not yet nodes are tried.
  const reach = allReady(cluster, spec) ? [] : await probeFleet(options.shells.open, fleetOf(spec, new Map(hosts)));
  // Whatever the host itself said, nothing of ours stays behind.
  await Promise.allSettled([early]);
  await Promise.allSettled(options.closing);
  return { at, hosts: Object.fromEntries(hosts), cluster, reach };
}

async function lookAtHost(name: string, { shells, clock }: ObserveOptions): Promise<HostLook> {
  try {
    return await readHostFacts(await shells.open(name), clock);
  } catch (thrown) {
    return { unreachable: unknown(`the machine ${name}`, thrown) };
  }
}

function allReady(cluster: ClusterWorld, spec: Spec): boolean {
  return cluster.state === 'present' && spec.machines.every(({ name }) => cluster.nodes.some((node) => node.name === name && node.ready));
}

/** The machines of the file that answered. */
function fleetOf(spec: Spec, hosts: ReadonlyMap<string, HostLook>): FleetMember[] {
  return spec.machines.flatMap(({ name, role, address }) => {
    const facts = hosts.get(name);
    return facts && !('unreachable' in facts) ? [{ name, role, address: address ?? facts.address, facts }] : [];
  });
}

/** Machines of the inventory that the file no longer names: they may have to be emptied and left. */
function strangers(inventory: Inventory | undefined, spec: Spec, { know }: ObserveOptions): Inventory['machines'] {
  if (!know) return [];
  const named = new Set(spec.machines.map((machine) => machine.name));
  const gone = (inventory?.machines ?? []).filter((machine) => !named.has(machine.name));
  for (const { name, target, port, hostKeys } of gone) know({ name, target, hostKeys, ...(port === undefined ? {} : { port }) });
  return gone;
}

/**
 * The cluster, asked while the server's facts are still being collected; undefined when there is
 * none or it does not answer at once: then the facts say what that means. Never rejects but for a
 * cluster of a newer farthing.
 */
async function readEarly(server: string, options: Look): Promise<ClusterWorld | undefined> {
  try {
    const shell = await options.shells.open(server);
    const kubeconfig = (await shell.run('cat /etc/rancher/k3s/k3s.yaml 2>/dev/null || true')).stdout;
    if (kubeconfig.trim() === '') return undefined;
    const cluster = await connectOf(options)(shell, kubeconfig);
    try {
      return await readCluster(cluster, options.clock, undefined);
    } finally {
      if (!options.keep) options.closing.push(cluster.close());
    }
  } catch (thrown) {
    if (thrown instanceof FarthingError && thrown.code === 'FAR-PLAN-005') throw thrown;
    return undefined;
  }
}

function connectOf(options: Look) {
  return options.connectCluster ?? ((shell: Shell, text: string) => connectThrough(shell, text, options.clock));
}

async function lookAtCluster(
  server: string,
  host: HostLook,
  early: Promise<ClusterWorld | undefined> | undefined,
  options: Look,
): Promise<ClusterWorld> {
  if ('unreachable' in host) {
    return {
      state: 'unknown',
      unknown: { what: 'the cluster', reason: `its server ${server} cannot be reached: ${host.unreachable.reason}`, matters: true },
    };
  }
  const { k3s } = host;
  // Without a kubeconfig K3s has never come up here; what there is of it is for the plan to finish.
  if (k3s?.kubeconfig === undefined) return { state: 'absent' };
  if (!isRunning(k3s)) {
    // Starting it again is an operation like any other, so this must not stop the plan.
    return {
      state: 'unknown',
      unknown: { what: 'the cluster', reason: `K3s on ${server} is not running (${k3s.unitState})`, matters: false },
    };
  }
  const found = await early;
  if (found?.state === 'present') return { ...found, id: host.owner?.id ?? found.id };
  try {
    return await readPatiently(server, k3s.kubeconfig, host, options);
  } catch (thrown) {
    if (thrown instanceof FarthingError && thrown.code === 'FAR-PLAN-005') throw thrown;
    return { state: 'unknown', unknown: unknown('the cluster', thrown) };
  }
}

/** K3s that was started a moment ago answers a few seconds later. */
async function readPatiently(server: string, kubeconfig: string, host: HostFacts, options: Look): Promise<ClusterWorld> {
  const { clock, shells } = options;
  const cluster = await connectOf(options)(await shells.open(server), kubeconfig);
  const end = clock.now() + 20_000;
  try {
    for (;;) {
      try {
        return await readCluster(cluster, clock, host.owner?.id);
      } catch (thrown) {
        const silent = thrown instanceof FarthingError && thrown.code === 'FAR-KUBE-001';
        if (!silent || clock.now() >= end) throw thrown;
        await clock.sleep(1000);
      }
    }
  } finally {
    if (!options.keep) options.closing.push(cluster.close());
  }
}

function isRunning(k3s: NonNullable<HostFacts['k3s']>): boolean {
  return ['active', 'activating', 'reloading'].includes(k3s.unitState.split(/[\s/(]/)[0] ?? '');
}

function unknown(what: string, thrown: unknown): Unknown {
  const error = asFarthingError(thrown);
  return { what, reason: error.message, matters: true };
}

function offlineWorld(at: string, spec: Spec): World {
  const reason = 'not looked at (--offline)';
  const hosts = spec.machines.map(({ name }) => [name, { unreachable: { what: `the machine ${name}`, reason, matters: true } }] as const);
  return { at, hosts: Object.fromEntries(hosts), cluster: { state: 'unknown', unknown: { what: 'the cluster', reason, matters: true } } };
}
