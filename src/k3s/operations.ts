import { fingerprint } from '../common/index.ts';
import type { HostFacts } from '../host/index.ts';
import type { Destruction, Operation } from '../operation/index.ts';
import { configDir, unitOf } from './paths.ts';
import type { LeaveData, NodeData, StageData, WantedNode } from './types.ts';

/** Ids of what must be done first. */
export interface After {
  readonly after?: readonly string[];
}

/** Has the host download K3s and its installer, each checked against its digest. */
export function stageOperation(facts: HostFacts, wanted: WantedNode, why: string, { after = [] }: After = {}): Operation<StageData> {
  const { machine, release } = wanted;
  return {
    id: `k3s.stage:${machine}`,
    kind: 'k3s.stage',
    title: `Download K3s ${release.version} on ${machine}`,
    why,
    target: { machine },
    touches: ['/usr/local/bin/k3s', '/var/lib/farthing/k3s-install.sh'],
    destroys: [],
    after,
    assumes: stageFingerprint(facts),
    data: { machine, release, ...(wanted.downloadCa === undefined ? {} : { ca: wanted.downloadCa }) },
  };
}

/** What `k3s.stage` assumes of a host. */
export function stageFingerprint(facts: HostFacts): string {
  return fingerprint([facts.k3s?.binarySha256 ?? null, facts.k3s?.installScriptSha256 ?? null]);
}

/** Installs and starts K3s as the wanted role. */
export function nodeOperation(facts: HostFacts, wanted: WantedNode, why: string, { after = [] }: After = {}): Operation<NodeData> {
  const { machine, role } = wanted;
  const unit = unitOf(role);
  return {
    id: `k3s.${role}:${machine}`,
    kind: `k3s.${role}`,
    title: role === 'server' ? `Start K3s on ${machine} as the server` : `Let ${machine} join the cluster`,
    why,
    target: { machine },
    touches: [`${configDir}/`, `/etc/systemd/system/${unit}.service`, '/var/lib/rancher/k3s/'],
    destroys: [],
    after,
    assumes: nodeFingerprint(facts),
    data: nodeData(wanted),
  };
}

/** Writes config.yaml and registries.yaml and restarts K3s, which reads them only then. Running pods go on. */
export function configOperation(facts: HostFacts, wanted: WantedNode, why: string, { after = [] }: After = {}): Operation<NodeData> {
  const { machine, role } = wanted;
  return {
    id: `k3s.config:${machine}`,
    kind: 'k3s.config',
    title: `Configure K3s on ${machine} and restart it`,
    why,
    target: { machine },
    touches: [`${configDir}/config.yaml`, `${configDir}/registries.yaml`, `restart of ${unitOf(role)} (pods go on)`],
    destroys: [],
    after,
    assumes: nodeFingerprint(facts),
    data: nodeData(wanted),
  };
}

/** Puts the systemd unit back by running the installer again. */
export function unitOperation(facts: HostFacts, wanted: WantedNode, why: string, { after = [] }: After = {}): Operation<NodeData> {
  const { machine, role } = wanted;
  return {
    id: `k3s.unit:${machine}`,
    kind: 'k3s.unit',
    title: `Put the unit of K3s on ${machine} back`,
    why,
    target: { machine },
    touches: [`/etc/systemd/system/${unitOf(role)}.service`, `restart of ${unitOf(role)} (pods go on)`],
    destroys: [],
    after,
    assumes: nodeFingerprint(facts),
    data: nodeData(wanted),
  };
}

/** Takes K3s off a host, with all its data; undefined when there is none. `destroys`: the volumes on it. */
export function leaveOperation(
  facts: HostFacts,
  options: After & { readonly why: string; readonly destroys: readonly Destruction[]; readonly keep?: string },
): Operation<LeaveData> | undefined {
  if (!facts.k3s) return undefined;
  const { machine } = facts;
  return {
    id: `k3s.leave:${machine}`,
    kind: 'k3s.leave',
    title: `Take K3s off ${machine}`,
    why: options.why,
    target: { machine },
    touches: [
      '/usr/local/bin/k3s',
      `${configDir}/`,
      '/etc/rancher/node/',
      '/var/lib/rancher/k3s/',
      '/var/lib/kubelet/',
      'its links, rules and sets',
      ...(options.keep === undefined ? [] : [`${options.keep}/ (the volumes' folders, kept)`]),
    ],
    destroys: options.destroys,
    after: options.after ?? [],
    assumes: fingerprint(facts.k3s.role ?? null),
    data: { machine, ...(options.keep === undefined ? {} : { keep: options.keep }) },
  };
}

/** What operations on a node assume of its host. Files that were only staged make no node. */
export function nodeFingerprint(facts: HostFacts): string {
  const k3s = facts.k3s;
  if (k3s?.role === undefined) return fingerprint('no node');
  return fingerprint([k3s.role, k3s.config ?? null, k3s.registriesSha256 ?? null, k3s.unitSha256 ?? null, k3s.enabled]);
}

function nodeData(wanted: WantedNode): NodeData {
  const { machine, role, server, files } = wanted;
  return { machine, role, server, files };
}
