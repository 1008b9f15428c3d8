import { preflight } from '../host/index.ts';
import type { Finding } from '../operation/index.ts';
import { addressOf, factsOf, type PlanInput, presentCluster } from './input.ts';

/** What the look at the hosts brought up, all of it at once. */
export function hostFindings(input: PlanInput): readonly Finding[] {
  if (input.world === undefined || input.only !== undefined) return [];
  return preflight({
    machines: input.spec.machines,
    facts: Object.fromEntries(input.spec.machines.map((machine) => [machine.name, factsOf(input.world, machine.name)])),
    addresses: Object.fromEntries(input.spec.machines.map((machine) => [machine.name, addressOf(machine, input.world)])),
    network: input.spec.network,
    catalog: input.catalog,
    clusterId: input.clusterId,
    k3sVersion: input.spec.k3s.version,
    reach: input.world.reach ?? [],
    members: (presentCluster(input.world)?.inventory?.machines ?? []).map((machine) => machine.name),
  });
}
