import type { Diagnostic } from '../common/index.ts';
import { releaseOperation } from '../host/index.ts';
import { leaveOperation } from '../k3s/index.ts';
import { deleteNodeOperation, drainOperation, type LiveObject, volumesOnNode } from '../kube/index.ts';
import type { Finding, Operation } from '../operation/index.ts';
import type { Manifest } from '../workloads/index.ts';
import { factsOf, type PlanInput, presentCluster } from './input.ts';

/** What has to be done for machines that have left the file. */
export interface RemovedMachines {
  readonly operations: readonly Operation[];
  readonly refusals: readonly Diagnostic[];
  readonly findings: readonly Finding[];
}

/** Where a machine that leaves keeps the data of its volumes: they outlive everything but `farthing prune`. */
const keptIn = (cluster: string) => `/var/lib/farthing-kept/${cluster}`;

/** A volume that an app of the file uses cannot stay behind: the app would wait for it for ever. */
function usedData(name: string, volumes: readonly LiveObject[], wanted: readonly Manifest[], input: PlanInput): Diagnostic[] {
  return volumesOnNode(volumes, name)
    .filter((volume) =>
      wanted.some(
        (object) =>
          object.kind === 'PersistentVolumeClaim' &&
          object.metadata.namespace === volume.namespace &&
          object.metadata.name === volume.claim,
      ),
    )
    .map((volume) => ({
      code: 'FAR-PLAN-008',
      severity: 'error',
      message: `${name} is no longer in the file, and holds the only copy of volume ${volume.namespace}/${volume.claim}, which the app ${volume.namespace} uses`,
      location: input.spec.at(['machines']),
      hint: `Keep ${name} in the file, or take ${volume.namespace} out of \`apps:\` too: then the data stays on ${name} in ${keptIn(input.spec.name)}.`,
    }));
}

/**
 * Empties nodes that are no longer in the file, takes them off the cluster, and leaves their hosts
 * as they were. A host that cannot be reached any more is only taken off the cluster, and said.
 */
export function removedMachines(input: PlanInput, wanted: readonly Manifest[], after: readonly string[]): RemovedMachines {
  const cluster = presentCluster(input.world);
  if (!cluster || input.only !== undefined) return { operations: [], refusals: [], findings: [] };
  const named = new Set(input.spec.machines.map((machine) => machine.name));
  const known = new Map((cluster.inventory?.machines ?? []).map((machine) => [machine.name, machine]));
  const gone = [...new Set([...known.keys(), ...cluster.nodes.map((node) => node.name)])].filter((name) => !named.has(name)).sort();
  const result = { operations: [] as Operation[], refusals: [] as Diagnostic[], findings: [] as Finding[] };
  for (const name of gone) {
    const node = cluster.nodes.find((entry) => entry.name === name);
    if (!known.has(name)) {
      result.findings.push({
        severity: 'note',
        id: 'foreign-node',
        machine: name,
        message: `${name} is a node of the cluster, but neither in the file nor made by farthing; it is left alone`,
      });
      continue;
    }
    if (known.get(name)?.role === 'server') {
      result.refusals.push({
        code: 'FAR-PLAN-002',
        severity: 'error',
        message: `${name} is the server of the cluster and is no longer in the file`,
        hint: `Put it back, or take the cluster down with \`farthing down\`. Moving the server to another machine is not built yet.`,
        location: input.spec.at(['machines']),
      });
      continue;
    }
    const data = usedData(name, cluster.volumes, wanted, input);
    if (data.length > 0) {
      result.refusals.push(...data);
      continue;
    }
    const why = `${name} is no longer in the file`;
    if (node) {
      // No volumes are handed over: none is lost, they stay on the host.
      result.operations.push(drainOperation(name, { pods: cluster.pods, volumes: [] }, { why, after }));
      result.operations.push(deleteNodeOperation(name, { why, after: [`node.drain:${name}`] }));
    }
    result.operations.push(...hostLeaves(name, why, input, result.findings));
  }
  return result;
}

function hostLeaves(name: string, why: string, input: PlanInput, findings: Finding[]): Operation[] {
  const facts = factsOf(input.world, name);
  if (!facts) {
    findings.push({
      severity: 'note',
      id: 'host-not-reached',
      machine: name,
      message: `${name} cannot be reached: it is taken off the cluster, and K3s stays on it`,
      hint: 'Put it back into the file and remove it again when it can be reached.',
    });
    return [];
  }
  const kept = volumesOnNode(presentCluster(input.world)?.volumes ?? [], name);
  const keep = kept.length > 0 ? { keep: keptIn(input.spec.name) } : {};
  if (kept.length > 0) {
    const names = kept
      .map((volume) => `${volume.namespace}/${volume.claim}${volume.path === undefined ? '' : ` (${volume.path.split('/').at(-1)})`}`)
      .join(', ');
    findings.push({
      severity: 'note',
      id: 'data-stays',
      machine: name,
      message: `the data of ${names} stays on ${name}, in ${keptIn(input.spec.name)}/`,
    });
  }
  const leave = leaveOperation(facts, { why, destroys: [], ...keep, after: [`node.delete:${name}`] });
  const release = releaseOperation(facts, input.clusterId, leave ? [leave.id] : []);
  return [leave, release].filter((operation) => operation !== undefined);
}
