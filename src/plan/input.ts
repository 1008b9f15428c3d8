import type { Catalog } from '../catalog/index.ts';
import type { Project } from '../compose/index.ts';
import type { HostFacts } from '../host/index.ts';
import type { Platforms } from '../images/index.ts';
import type { RegistryInputs } from '../k3s/index.ts';
import type { ClusterWorld, World } from '../observe/index.ts';
import type { App, Machine, Spec } from '../spec/index.ts';

/** Everything a plan is made of. Nothing else is looked at: same input, same plan. */
export interface PlanInput {
  readonly spec: Spec;
  readonly projects: Readonly<Record<string, Project>>;
  /** By image as written in the compose files. */
  readonly platforms: Readonly<Record<string, Platforms>>;
  /** undefined with `--offline`. */
  readonly world: World | undefined;
  readonly catalog: Catalog;
  /** The cluster's id: found, or drawn by the caller for a new one. */
  readonly clusterId: string;
  /** farthing's own version, recorded in the inventory. */
  readonly version: string;
  /** Contents of what `registries:` and `k3s.ca` refer to, read by the caller. */
  readonly registryInputs: RegistryInputs;
  /** PEM text of `k3s.ca`. */
  readonly downloadCa?: string;
  /** Only this app (`up stats`). */
  readonly only?: string;
}

/** A cluster that was seen. */
export type PresentCluster = Extract<ClusterWorld, { state: 'present' }>;

/** The facts of a machine, when it was looked at and answered. */
export function factsOf(world: World | undefined, machine: string): HostFacts | undefined {
  const entry = world?.hosts[machine];
  return entry && !('unreachable' in entry) ? entry : undefined;
}

/** The cluster, when it was seen. */
export function presentCluster(world: World | undefined): PresentCluster | undefined {
  return world?.cluster.state === 'present' ? world.cluster : undefined;
}

/**
 * The address other machines use for it: from the file, as looked up on it, or, while it is silent,
 * as the cluster remembers it: a machine that does not answer is no reason to shut the others to it.
 */
export function addressOf(machine: Machine, world: World | undefined): string | undefined {
  const cluster = presentCluster(world);
  return (
    machine.address ??
    factsOf(world, machine.name)?.address ??
    cluster?.nodes.find((node) => node.name === machine.name)?.address ??
    cluster?.inventory?.machines.find((entry) => entry.name === machine.name)?.address
  );
}

/** The apps the plan is about. */
export function appsOf(input: PlanInput): readonly App[] {
  return input.spec.apps.filter((app) => input.only === undefined || app.name === input.only);
}
