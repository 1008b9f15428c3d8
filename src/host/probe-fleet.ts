import type { Shell } from '../ssh/index.ts';
import { probeReach } from './probe-reach.ts';
import type { HostFacts, Reachability } from './types.ts';

/** A machine that was looked at, and the address the others use for it. */
export interface FleetMember {
  readonly name: string;
  readonly role: 'server' | 'agent';
  readonly address: string;
  readonly facts: HostFacts;
}

/**
 * Can the machines that are not in the cluster yet reach the others, and be reached? Tries ssh and
 * the ports that K3s will use. A cluster that runs has proven it, so then nothing is tried. Writes
 * nothing, takes four seconds at most; a host that fails to try gives no results.
 */
export async function probeFleet(
  open: (machine: string) => Promise<Shell>,
  members: readonly FleetMember[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<Reachability[]> {
  const isNew = (member: FleetMember) => member.facts.k3s?.role === undefined;
  if (!members.some(isNew)) return [];
  const tries = members.map(async (member) => {
    const targets = members
      .filter((other) => other !== member && other.address !== '' && (isNew(member) || isNew(other)))
      .flatMap((other) => {
        const ports = other.role === 'server' ? [22, 6443, 10250] : [22, 10250];
        return ports.map((port) => ({ to: other.name, address: other.address, port }));
      });
    if (targets.length === 0) return [];
    try {
      return await probeReach(await open(member.name), targets, options);
    } catch {
      return [];
    }
  });
  return (await Promise.all(tries)).flat();
}
