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

/** Taints that a Node has until the cloud controller and the network are through with it. */
const early = ['node.cloudprovider.kubernetes.io/uninitialized', 'node.kubernetes.io/not-ready'];

/**
 * Is it fit for pods? The Ready condition alone is not enough: the kubelet may give it before the controller manager has
 * given the node its pod range and flannel has written its address.
 */
export function isReady(node: NodeObject): boolean {
  const ready = node.status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  const tainted = node.spec.taints?.some((taint) => early.includes(taint.key)) ?? false;
  const networked = node.spec.podCIDR !== undefined && node.metadata.annotations['flannel.alpha.coreos.com/public-ip'] !== undefined;
  return ready && !tainted && networked;
}
