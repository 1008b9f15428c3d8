import { getJson } from './actions.ts';
import type { Host } from './remote.ts';

/** The fields of a Node that the suite looks at. */
export interface NodeObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly podCIDR?: string; readonly providerID?: string; readonly taints?: readonly { key: string }[] };
  readonly status: {
    readonly addresses: readonly { type: string; address: string }[];
    readonly conditions: readonly { type: string; status: string }[];
    readonly nodeInfo: { readonly kubeletVersion: string; readonly containerRuntimeVersion: string };
  };
}

/** The Node by name, or undefined; asked on the server host. */
export function getNode(server: Host, name: string): Promise<NodeObject | undefined> {
  return getJson<NodeObject>(server, 'node', name);
}

/** Is it Ready, without the taint of a node that no cloud controller has seen? */
export function isReady(node: NodeObject): boolean {
  const ready = node.status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  return ready && !node.spec.taints?.some((taint) => taint.key === 'node.cloudprovider.kubernetes.io/uninitialized');
}
