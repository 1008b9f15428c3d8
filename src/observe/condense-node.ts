import { type LiveObject, parseQuantity } from '../kube/index.ts';
import type { NodeWorld } from './types.ts';

/** The few things of a Node that plans and people ask about. */
export function condenseNode(node: LiveObject): NodeWorld {
  const labels = node.metadata.labels ?? {};
  const status = node.status ?? {};
  const addresses: { type: string; address: string }[] = status.addresses ?? [];
  const conditions: Condition[] = status.conditions ?? [];
  const ready = conditions.find((condition) => condition.type === 'Ready')?.status === 'True';
  return {
    name: node.metadata.name,
    ready,
    arch: labels['kubernetes.io/arch'] ?? status.nodeInfo?.architecture ?? '',
    address: addresses.find((item) => item.type === 'InternalIP')?.address ?? '',
    uid: node.metadata.uid ?? '',
    // K3s marks servers only; agents carry no role label.
    role: labels['node-role.kubernetes.io/control-plane'] === 'true' ? 'server' : 'agent',
    version: status.nodeInfo?.kubeletVersion ?? '',
    memory: parseQuantity(status.capacity?.memory) ?? 0,
    cpus: Math.round((parseQuantity(status.capacity?.cpu) ?? 0) * 1000),
    unschedulable: node.spec?.unschedulable === true,
    troubles: troubles(conditions),
    labels,
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

function troubles(conditions: readonly Condition[]): string[] {
  return conditions.flatMap((condition) => {
    if (condition.type === 'Ready' && condition.status === 'Unknown') return ['it has not been heard of'];
    if (condition.type === 'Ready' && condition.status === 'False')
      return [`it is not ready: ${condition.message ?? condition.reason ?? 'no reason given'}`];
    if (condition.status !== 'True') return [];
    if (condition.type === 'DiskPressure') return ['its disk is nearly full: pods are being moved away'];
    if (condition.type === 'MemoryPressure') return ['its memory is nearly used up: pods may be stopped'];
    if (condition.type === 'PIDPressure') return ['it runs too many processes'];
    return [];
  });
}
