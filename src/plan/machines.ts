import type { Catalog } from '../catalog/index.ts';
import type { PlacementNode } from '../placement/index.ts';
import type { Machine } from '../spec/index.ts';
import { factsOf, type PlanInput, presentCluster } from './input.ts';
import type { Placement, PlannedMachine } from './types.ts';

/** What the kernel, sshd and the rest of the system keep for themselves on any node, bytes. */
const systemMemory = 150 * 1024 ** 2;

/** The machines as placement sees them: what is left for workloads after K3s and the system. */
export function placementNodes(input: PlanInput): PlacementNode[] {
  return input.spec.machines.map((machine) => {
    const { arch, memory, cpus } = sizeOf(machine, input);
    const overhead = overheadOf(input.catalog, machine.role);
    return {
      name: machine.name,
      arch,
      role: machine.role,
      memory: memory === undefined ? undefined : Math.max(0, memory - overhead.memory - systemMemory),
      cpus: cpus === undefined ? undefined : Math.max(0, cpus - overhead.cpus),
    };
  });
}

/** The machines' rows of the plan. */
export function plannedMachines(input: PlanInput, nodes: readonly PlacementNode[], placements: readonly Placement[]): PlannedMachine[] {
  const rows = input.spec.machines.map((machine) => {
    const { arch, memory, cpus } = sizeOf(machine, input);
    const used = placements.reduce(
      (sum, p) => (p.decision.kind === 'placed' && p.decision.expected === machine.name ? sum + p.memory : sum),
      0,
    );
    const room = nodes.find((node) => node.name === machine.name)?.memory;
    return {
      name: machine.name,
      target: machine.target,
      role: machine.role,
      arch: arch ?? '?',
      memory,
      cpus,
      state: stateOf(machine.name, input),
      used,
      free: room === undefined ? undefined : room - used,
    };
  });
  const named = new Set(input.spec.machines.map((machine) => machine.name));
  const leaving = (presentCluster(input.world)?.inventory?.machines ?? []).filter((machine) => !named.has(machine.name));
  return [
    ...rows,
    ...leaving.map((m) => ({
      name: m.name,
      target: m.target,
      role: m.role,
      arch: factsOf(input.world, m.name)?.arch ?? '?',
      memory: undefined,
      cpus: undefined,
      state: 'leaving',
      used: 0,
      free: undefined,
    })),
  ];
}

/** What a machine has: as it was seen, else as the file says. */
export function sizeOf(machine: Machine, input: PlanInput): Pick<Machine, 'arch' | 'memory' | 'cpus'> {
  const facts = factsOf(input.world, machine.name);
  const arch = facts?.arch ?? machine.arch;
  const memory = facts?.memory ?? machine.memory;
  const cpus = facts?.cpus ?? machine.cpus;
  return { ...(arch === undefined ? {} : { arch }), ...(memory === undefined ? {} : { memory }), ...(cpus === undefined ? {} : { cpus }) };
}

/** What K3s takes of a node of this role, from the catalogue. */
export function overheadOf(catalog: Catalog, role: 'server' | 'agent'): Catalog['overhead'][number] {
  return catalog.overhead.find((entry) => entry.role === role) as Catalog['overhead'][number];
}

function stateOf(name: string, input: PlanInput): string {
  if (input.world === undefined) return 'not looked at';
  const facts = factsOf(input.world, name);
  if (!facts) return 'not reached';
  const node = presentCluster(input.world)?.nodes.find((n) => n.name === name);
  if (node) return node.ready ? 'node, ready' : 'node, NOT ready';
  return facts.k3s ? 'K3s installed, not a node' : 'bare';
}
