import type { Diagnostic } from '../common/index.ts';
import { releaseOperation } from '../host/index.ts';
import { leaveOperation } from '../k3s/index.ts';
import { volumesOnNode } from '../kube/index.ts';
import type { World } from '../observe/index.ts';
import type { Destruction, Operation, Unknown } from '../operation/index.ts';
import type { Spec } from '../spec/index.ts';
import { factsOf, presentCluster } from './input.ts';
import type { Plan } from './types.ts';

/** What `down` is made of. */
export interface DownInput {
  readonly spec: Spec;
  readonly world: World;
  /** Folders of volumes that were found on each machine, with their bytes: named also when the cluster cannot tell whose they are. */
  readonly folders?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * What takes the cluster down: K3s off every host with the volumes named, agents before the server,
 * then each host as it was. Hosts are found by the file and by the inventory in the cluster.
 */
export function planDown(input: DownInput): Plan {
  const { spec, world } = input;
  const cluster = presentCluster(world);
  const names = [
    ...new Set([...spec.machines.map((machine) => machine.name), ...(cluster?.inventory?.machines ?? []).map((machine) => machine.name)]),
  ];
  const server = spec.machines.find((machine) => machine.role === 'server')?.name;
  const operations: Operation[] = [];
  const unknowns: Unknown[] = world.cluster.state === 'unknown' ? [{ ...world.cluster.unknown, matters: false }] : [];
  const refusals: Diagnostic[] = [];
  const agents: string[] = [];
  for (const name of [...names.filter((entry) => entry !== server), ...(server === undefined ? [] : [server])]) {
    const facts = factsOf(world, name);
    if (!facts) {
      const entry = world.hosts[name];
      unknowns.push({ what: name, reason: entry && 'unreachable' in entry ? entry.unreachable.reason : 'not looked at', matters: true });
      continue;
    }
    // Hosts without our mark, or with another cluster's, are not touched.
    if (facts.owner?.cluster !== spec.name || (cluster && facts.owner.id !== cluster.id)) continue;
    const destroys = dataOn(name, input);
    const leave = leaveOperation(facts, { why: `${spec.name} is taken down`, destroys, after: name === server ? agents : [] });
    if (leave) {
      operations.push(leave);
      if (name !== server) agents.push(leave.id);
    }
    const release = releaseOperation(facts, facts.owner.id, leave ? [leave.id] : []);
    if (release) operations.push({ ...release, why: `${spec.name} is taken down` });
  }
  return {
    cluster: spec.name,
    clusterExists: cluster !== undefined,
    command: 'down',
    machines: [],
    operations,
    placements: [],
    cost: { total: [], lines: [] },
    unknowns,
    refusals,
    findings: [],
    kept: [],
  };
}

/** What goes with a machine: its volumes, and the folders of volumes that no object of the cluster explains, by path. */
function dataOn(name: string, input: DownInput): Destruction[] {
  const known = volumesOnNode(presentCluster(input.world)?.volumes ?? [], name);
  const folders = input.folders?.[name] ?? {};
  const named = known.map((volume) => {
    const size = volume.path === undefined ? undefined : folders[volume.path];
    const what = `volume ${volume.namespace}/${volume.claim} on ${name}`;
    return size === undefined ? { what } : { what, size };
  });
  const explained = new Set(known.map((volume) => volume.path));
  const others = Object.entries(folders).filter(([path]) => !explained.has(path));
  return [...named, ...others.map(([path, size]) => ({ what: `the data in ${path} on ${name}`, size }))];
}
