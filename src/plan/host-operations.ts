import type { Diagnostic } from '../common/index.ts';
import { FarthingError } from '../common/index.ts';
import { firewallOperation, type HostFacts, ownerOperation } from '../host/index.ts';
import { agentConfig, k3sDrift, registriesConfig, releaseFor, serverConfig, type WantedNode } from '../k3s/index.ts';
import type { Operation } from '../operation/index.ts';
import type { Machine } from '../spec/index.ts';
import { addressOf, factsOf, type PlanInput } from './input.ts';

/** What has to be done on the hosts, and why some of it cannot. */
export interface HostWork {
  readonly operations: readonly Operation[];
  readonly refusals: readonly Diagnostic[];
}

/**
 * The work on every host that was looked at: mark, firewall, files of K3s, then the server, then the
 * agents. Files are fetched on all hosts at once, from the start.
 */
export function hostWork(input: PlanInput, afterServer: readonly string[]): HostWork {
  const refusals: Diagnostic[] = [];
  const operations: Operation[] = [];
  const server = input.spec.machines.find((machine) => machine.role === 'server');
  const ordered = [...input.spec.machines].sort((a, b) => Number(b.role === 'server') - Number(a.role === 'server'));
  const serverIds: string[] = [];
  const serverMark: string[] = [];
  for (const machine of ordered) {
    const facts = factsOf(input.world, machine.name);
    if (!facts || !server) continue;
    const mark = ownerOperation(facts, { id: input.clusterId, cluster: input.spec.name, machine: machine.name, version: input.version });
    // The server is marked first: of two people who make the same cluster at once, one gets it whole.
    const owner = mark && machine.role === 'agent' ? { ...mark, after: serverMark } : mark;
    if (machine.role === 'server' && mark) serverMark.push(mark.id);
    const firewall = firewallOperation(
      facts,
      { peers: peersOf(machine, input), pods: input.spec.network.pods, role: machine.role },
      { after: owner ? [owner.id] : [] },
    );
    const wanted = wantedNode(machine, facts, server, input, refusals);
    const before = [owner, firewall].flatMap((operation) => (operation ? [operation.id] : []));
    const after = machine.role === 'server' ? before : [...before, ...serverIds, ...afterServer];
    const k3s = wanted ? k3sDrift(facts, wanted, { after }).map((operation) => staged(operation, owner)) : [];
    if (machine.role === 'server') serverIds.push(...k3s.map((operation) => operation.id));
    operations.push(...(owner ? [owner] : []), ...(firewall ? [firewall] : []), ...k3s);
  }
  return { operations, refusals };
}

/** Files may be fetched as soon as the host is marked, while its firewall and the server are still being worked on. */
function staged(operation: Operation, owner: Operation | undefined): Operation {
  return operation.kind === 'k3s.stage' ? { ...operation, after: owner ? [owner.id] : [] } : operation;
}

/** Addresses of the other machines, of those that are known. */
function peersOf(machine: Machine, input: PlanInput): string[] {
  return input.spec.machines.flatMap((other) => {
    const address = other.name === machine.name ? undefined : addressOf(other, input.world);
    return address === undefined ? [] : [address];
  });
}

function wantedNode(machine: Machine, facts: HostFacts, server: Machine, input: PlanInput, refusals: Diagnostic[]): WantedNode | undefined {
  const { spec, catalog } = input;
  const serverAddress = addressOf(server, input.world);
  if (facts.arch === undefined || serverAddress === undefined) return undefined;
  try {
    const registries = registriesConfig(spec.registries, input.registryInputs);
    const config = machine.role === 'server' ? serverConfig(spec, machine, facts) : agentConfig(machine, facts, serverAddress);
    return {
      machine: machine.name,
      role: machine.role,
      server: server.name,
      release: releaseFor(spec, catalog, facts.arch),
      files: { config, others: registries?.files ?? {}, ...(registries ? { registries: registries.text } : {}) },
      ...(input.downloadCa === undefined ? {} : { downloadCa: input.downloadCa }),
    };
  } catch (thrown) {
    if (!(thrown instanceof FarthingError) || thrown.code !== 'FAR-K3S-004') throw thrown;
    if (!refusals.some((refusal) => refusal.message === thrown.message)) {
      refusals.push({
        code: thrown.code,
        severity: 'error',
        message: thrown.message,
        location: spec.at(['k3s', 'version']),
        ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
      });
    }
    return undefined;
  }
}
