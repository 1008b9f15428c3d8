import type { Bench } from '../bench.ts';
import { parseAssignments } from '../parse/assignments.ts';
import { chainOf, parseRules, placeOf, type Rule } from '../parse/rules.ts';
import type { Check } from '../types.ts';
import { contains, every, holds, matches, same } from '../verdict.ts';

const rules = async (bench: Bench): Promise<Rule[]> => parseRules(await bench.server.host.need('iptables-save'));

interface Link {
  readonly mtu: number;
  readonly linkinfo: {
    readonly info_kind: string;
    readonly info_data: { readonly id: number; readonly port: number; readonly learning: boolean };
  };
}
interface Address {
  readonly addr_info: readonly { readonly family: string; readonly local: string; readonly prefixlen: number }[];
}

/** Flannel's device and the chains, on a server alone. */
export const networkChecks: readonly Check[] = [
  {
    id: 'network.flannel-device',
    contract: 'flannel.1: vxlan, VNI 1, UDP 8472, nolearning, MTU of the parent minus 50',
    run: async (bench) => {
      const [link] = JSON.parse(await bench.server.host.need('ip -d -j link show flannel.1')) as Link[];
      const data = link?.linkinfo.info_data;
      return same(
        { kind: link?.linkinfo.info_kind, vni: data?.id, port: data?.port, learning: data?.learning ?? false, mtu: link?.mtu },
        { kind: 'vxlan', vni: 1, port: 8472, learning: false, mtu: bench.server.facts.mtu - 50 },
      );
    },
  },
  {
    id: 'network.flannel-address',
    contract: 'flannel.1 has the base of the node range as a /32',
    run: async (bench) => {
      const [device] = JSON.parse(await bench.server.host.need('ip -j -4 addr show flannel.1')) as Address[];
      return same(
        device?.addr_info.map((entry) => `${entry.local}/${entry.prefixlen}`),
        ['10.42.0.0/32'],
      );
    },
  },
  {
    id: 'network.subnet-env',
    contract: '/run/flannel/subnet.env names network, subnet, MTU and masquerading',
    run: async (bench) =>
      same(parseAssignments(await bench.server.host.need('cat /run/flannel/subnet.env')), {
        FLANNEL_NETWORK: '10.42.0.0/16',
        FLANNEL_SUBNET: '10.42.0.1/24',
        FLANNEL_MTU: String(bench.server.facts.mtu - 50),
        FLANNEL_IPMASQ: 'true',
      }),
  },
  {
    id: 'network.cni-config',
    contract: 'the CNI list is cbr0: flannel with a bridge cni0 below it, portmap, bandwidth',
    run: async (bench) => {
      const text = await bench.server.host.need('cat /var/lib/rancher/k3s/agent/etc/cni/net.d/10-flannel.conflist');
      const list = JSON.parse(text) as { name: string; plugins: { type: string }[] };
      return same([list.name, ...list.plugins.map((plugin) => plugin.type)], ['cbr0', 'flannel', 'portmap', 'bandwidth']);
    },
  },
  {
    id: 'network.masquerade',
    contract: 'nat POSTROUTING jumps to FLANNEL-POSTRTG, which masquerades what leaves the cluster',
    run: async (bench) => {
      const all = await rules(bench);
      return every(
        contains(chainOf(all, 'nat', 'POSTROUTING').join('\n'), '-j FLANNEL-POSTRTG'),
        matches(chainOf(all, 'nat', 'FLANNEL-POSTRTG').join('\n'), /-s 10\.42\.0\.0\/16 ! -d 224\.0\.0\.0\/4 .*-j MASQUERADE/),
      );
    },
  },
  {
    id: 'network.forward-appended',
    contract: 'FLANNEL-FWD is appended to FORWARD: a REJECT of the host that stands before it wins',
    run: async (bench) => {
      const forward = chainOf(await rules(bench), 'filter', 'FORWARD');
      const [reject, flannel] = [placeOf(forward, /^-j REJECT|contract-suite.*-j REJECT/), placeOf(forward, /-j FLANNEL-FWD$/)];
      return holds(reject >= 0 && flannel > reject, 'REJECT, then FLANNEL-FWD', `REJECT at ${reject}, FLANNEL-FWD at ${flannel}`);
    },
  },
  {
    id: 'network.flannel-forward',
    contract: 'FLANNEL-FWD accepts from and to the pod range',
    run: async (bench) => contains(chainOf(await rules(bench), 'filter', 'FLANNEL-FWD').join('\n'), '-s 10.42.0.0/16', '-d 10.42.0.0/16'),
  },
  {
    id: 'network.kube-chains',
    contract: 'kube-proxy works with iptables: KUBE-SERVICES in nat, KUBE-FORWARD in FORWARD',
    run: async (bench) => {
      const all = await rules(bench);
      return every(
        contains(chainOf(all, 'nat', 'PREROUTING').join('\n'), '-j KUBE-SERVICES'),
        contains(chainOf(all, 'filter', 'FORWARD').join('\n'), '-j KUBE-FORWARD'),
      );
    },
  },
  {
    id: 'network.policy-chains',
    contract: 'the network policy controller puts KUBE-ROUTER chains first in INPUT, FORWARD and OUTPUT',
    run: async (bench) => {
      const all = await rules(bench);
      const firsts = ['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => chainOf(all, 'filter', chain)[0] ?? '');
      return matches(firsts.join('\n'), /KUBE-ROUTER-INPUT\n.*KUBE-ROUTER-FORWARD\n.*KUBE-ROUTER-OUTPUT/);
    },
  },
  {
    id: 'network.cni0',
    contract: 'cni0 is the gateway of the node range once a pod runs',
    run: async (bench) => {
      const [device] = JSON.parse(await bench.server.host.need('ip -j -4 addr show cni0')) as Address[];
      return same(
        device?.addr_info.map((entry) => `${entry.local}/${entry.prefixlen}`),
        ['10.42.0.1/24'],
      );
    },
  },
];
