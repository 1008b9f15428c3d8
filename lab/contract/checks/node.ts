import { agentPassword, type Bench, serverPassword } from '../bench.ts';
import { getNode, type NodeObject } from '../node-object.ts';
import type { Check, Verdict } from '../types.ts';
import { contains, every, fail, holds, matches, same } from '../verdict.ts';

type Look = (node: NodeObject, bench: Bench) => Verdict;

const look = (id: string, contract: string, check: Look): Check => ({
  id,
  contract,
  run: async (bench) => {
    const node = await getNode(bench.server.host, bench.server.facts.hostname);
    return node === undefined ? fail('the Node exists', 'absent') : check(node, bench);
  },
});

const annotation = (node: NodeObject, key: string): string => node.metadata.annotations[key] ?? 'absent';

/** The Node object of the server. */
export const nodeChecks: readonly Check[] = [
  look('node.labels', 'hostname, os, arch and instance-type=k3s labels, stable and beta', (node, bench) => {
    const { labels } = node.metadata;
    const keys = ['kubernetes.io/hostname', 'kubernetes.io/os', 'beta.kubernetes.io/os', 'node.kubernetes.io/instance-type'];
    return every(
      same(
        [...keys, 'beta.kubernetes.io/instance-type'].map((key) => labels[key]),
        [bench.server.facts.hostname, 'linux', 'linux', 'k3s', 'k3s'],
      ),
      same(labels['kubernetes.io/arch'], labels['beta.kubernetes.io/arch']),
    );
  }),
  look('node.role', 'a server has node-role control-plane="true", and no master', (node) => {
    const roles = Object.entries(node.metadata.labels).filter(([key]) => key.startsWith('node-role.kubernetes.io/'));
    return same(Object.fromEntries(roles), { 'node-role.kubernetes.io/control-plane': 'true' });
  }),
  look('node.annotations', 'k3s.io/hostname, internal-ip and node-config-hash', (node, bench) =>
    every(
      same(annotation(node, 'k3s.io/hostname'), bench.server.facts.hostname),
      same(annotation(node, 'k3s.io/internal-ip'), bench.server.facts.address),
      matches(annotation(node, 'k3s.io/node-config-hash'), /^[A-Z2-7]{52}(====)?$/),
    ),
  ),
  look('node.args-hidden', 'k3s.io/node-args lists the arguments, those of the file too, secrets as ********', (node) => {
    const args = JSON.parse(annotation(node, 'k3s.io/node-args')) as string[];
    const text = args.join(' ');
    return every(
      same(args[0], 'server'),
      contains(text, '--secrets-encryption', '--token ********', '--agent-token ********', '--write-kubeconfig-mode'),
      holds(!text.includes(serverPassword) && !text.includes(agentPassword), 'no secret', 'hidden'),
    );
  }),
  look('node.env-hidden', 'k3s.io/node-env lists K3S_ variables', (node) => {
    const env = JSON.parse(annotation(node, 'k3s.io/node-env')) as Record<string, string>;
    return same(env.K3S_RESOLV_CONF ?? 'absent', '/etc/resolv.conf');
  }),
  look('node.flannel', 'flannel annotations: vxlan, VNI 1, a MAC, the node address', (node, bench) => {
    const prefix = 'flannel.alpha.coreos.com/';
    const data = JSON.parse(annotation(node, `${prefix}backend-data`)) as { VNI: number; VtepMAC: string };
    return every(
      same([annotation(node, `${prefix}kube-subnet-manager`), annotation(node, `${prefix}backend-type`), data.VNI], ['true', 'vxlan', 1]),
      matches(data.VtepMAC, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
      same(annotation(node, `${prefix}public-ip`), bench.server.facts.address),
    );
  }),
  look('node.addresses', 'InternalIP and Hostname addresses, providerID k3s://<node>', (node, bench) => {
    const { hostname, address } = bench.server.facts;
    const found = node.status.addresses.map((entry) => `${entry.type}=${entry.address}`).sort();
    return every(same(found, [`Hostname=${hostname}`, `InternalIP=${address}`]), same(node.spec.providerID, `k3s://${hostname}`));
  }),
  look('node.pod-cidr', 'the first server gets 10.42.0.0/24', (node) => same(node.spec.podCIDR, '10.42.0.0/24')),
  look('node.no-taint', 'no taint is left: servers take pods, the uninitialized taint is cleared', (node) =>
    same(node.spec.taints ?? [], []),
  ),
  look('node.versions', 'the kubelet carries the release version, the runtime is containerd', (node, bench) =>
    every(
      same(node.status.nodeInfo.kubeletVersion, bench.options.version),
      matches(node.status.nodeInfo.containerRuntimeVersion, /^containerd:\/\/\S+/),
    ),
  ),
  look('node.runtime-version', 'containerd is a build of its own, 2.x with a suffix: -k3sN (of the stand-in: -labN)', (node) =>
    matches(node.status.nodeInfo.containerRuntimeVersion, /^containerd:\/\/2\.\d+\.\d+-(k3s|lab)\d+/),
  ),
];
