import type { Catalog } from '../catalog/index.ts';
import type { Finding } from '../operation/index.ts';
import type { Machine, NetworkSpec } from '../spec/index.ts';
import { checkFirewall } from './check-firewall.ts';
import { checkFleet } from './check-fleet.ts';
import { checkHost } from './check-host.ts';
import { checkOwnership } from './check-ownership.ts';
import { reachFindings } from './reach-findings.ts';
import type { HostFacts, Reachability } from './types.ts';

/** What a preflight looks at. Hosts without facts are left out: they are unknowns of the plan. */
export interface PreflightInput {
  readonly machines: readonly Machine[];
  readonly facts: Readonly<Record<string, HostFacts | undefined>>;
  /** Addresses of machines, where the file or the cluster knows them; for those that do not answer. */
  readonly addresses?: Readonly<Record<string, string | undefined>>;
  readonly network: NetworkSpec;
  readonly catalog: Catalog;
  /** Of the cluster that is planned for; a host marked otherwise is refused. */
  readonly clusterId: string;
  /** Of K3s, as the file says. */
  readonly k3sVersion: string;
  /** Machines the cluster itself knows as its own: one that lost its mark is not a stranger. */
  readonly members?: readonly string[];
  /** Tries between the machines, where they were made. */
  readonly reach?: readonly Reachability[];
}

/** A machine of the file with what was seen on it. */
export interface SeenMachine {
  readonly machine: Machine;
  readonly facts: HostFacts;
}

/** Everything that stands between the hosts and a cluster, all at once, in the order of the file. Pure. */
export function preflight(input: PreflightInput): Finding[] {
  const seen = input.machines.flatMap((machine): SeenMachine[] => {
    const facts = input.facts[machine.name];
    return facts ? [{ machine, facts }] : [];
  });
  const found = [
    ...seen.flatMap((one) => [...checkOwnership(one, input), ...checkHost(one, input), ...checkFirewall(one, seen, input)]),
    ...checkFleet(seen),
  ];
  // Rules that reject, and packets that were rejected by them, are one thing to a person.
  const mended = new Set(found.filter((finding) => finding.id === 'firewall').map((finding) => finding.machine));
  const reach = reachFindings(input.reach ?? []).filter((finding) => finding.severity !== 'mend' || !mended.has(finding.machine));
  return [...found, ...reach];
}
