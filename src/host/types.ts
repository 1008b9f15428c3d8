import type { Arch, Bytes, Millicpu } from '../common/index.ts';

/** Everything one look at a host brings home, read by one script over one connection. */
export interface HostFacts {
  readonly machine: string;
  /** The user we came in as, and whether root is to be had without a password. */
  readonly user: string;
  readonly root: boolean;
  readonly os: { readonly id: string; readonly version: string; readonly pretty: string; readonly kernel: string };
  /** undefined for architectures K3s is not placed on by farthing; `rawArch` is `uname -m`. */
  readonly arch: Arch | undefined;
  readonly rawArch: string;
  readonly memory: Bytes;
  readonly cpus: Millicpu;
  /** Free bytes of the file system that holds /var/lib. */
  readonly diskFree: Bytes;
  /** Host clock minus ours, milliseconds, and half the round trip as its uncertainty. */
  readonly clockSkew: number;
  readonly hostname: string;
  readonly machineId: string;
  /** Address of the default route's interface, all addresses, routes as `cidr`. */
  readonly address: string;
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
  readonly mtu: number;
  readonly cgroup: { readonly version: 1 | 2; readonly memory: boolean };
  /** True when `br_netfilter`, `overlay` and `vxlan` are built in, loaded or loadable. */
  readonly modules: { readonly missing: readonly string[] };
  readonly ufw: boolean;
  readonly firewalld: boolean;
  /** Sources of firewalld's trusted zone. */
  readonly trustedSources?: readonly string[];
  /** `iptables-save` of filter as text, and the boot file when there is one (/etc/iptables/rules.v4). */
  readonly filterRules: string;
  readonly bootRules: string | undefined;
  /** The mangle table, where pods are kept from the metadata service. */
  readonly mangleRules?: string;
  /** Whether rules.v4 is loaded at boot (netfilter-persistent is enabled). */
  readonly bootRulesLoaded?: boolean;
  /** /etc/farthing/firewall.rules: what our own unit puts back at boot on hosts without rules.v4. */
  readonly firewallUnitRules?: string;
  /** Programs the work on a host needs and that are not there: `iptables`, `curl`, … */
  readonly missingTools?: readonly string[];
  /** Is this one of Oracle's images (a vendor firewall that must be left alone)? */
  readonly oracle?: boolean;
  /** Listening sockets: `tcp 6443 k3s-server`. */
  readonly listening: readonly {
    readonly protocol: 'tcp' | 'udp';
    readonly address: string;
    readonly port: number;
    readonly program: string;
  }[];
  /** /etc/farthing/owner, when there is one. */
  readonly owner: OwnerMark | undefined;
  /** Another Kubernetes found: `kubelet`, `microk8s`, `k0s`, `docker-kubelet`, … */
  readonly otherKubernetes: readonly string[];
  readonly k3s: K3sFacts | undefined;
  /** A unit of ours that is still running from an earlier, broken-off command. */
  readonly work: { readonly name: string; readonly since: string } | undefined;
}

/** What is known of the K3s on a host; undefined in HostFacts when nothing of it is there. */
export interface K3sFacts {
  readonly role: 'server' | 'agent' | undefined;
  readonly binarySha256: string | undefined;
  readonly version: string | undefined;
  readonly installScriptSha256: string | undefined;
  readonly unitSha256: string | undefined;
  /** What the unit was when farthing installed it; another one now is drift. */
  readonly unitRecordedSha256?: string;
  readonly unitState: string;
  readonly enabled: boolean;
  /** /etc/rancher/k3s/config.yaml (it holds no secrets of ours: token-file). */
  readonly config: string | undefined;
  readonly registriesSha256: string | undefined;
  /** Start of the running process is older than config or registries: a restart is due. */
  readonly stale: boolean;
  /** Is K3s under a mark of ours? False: somebody else's, refused unless adopted. */
  readonly ours?: boolean;
  /** Admin kubeconfig (server only). Secret: never logged. */
  readonly kubeconfig: string | undefined;
}

/** The mark that a host belongs to a cluster. */
export interface OwnerMark {
  /** The cluster's random id. */
  readonly id: string;
  readonly cluster: string;
  readonly machine: string;
  /** farthing's version that wrote it. */
  readonly version: string;
  /** What was found before and is put back by `down`: e.g. ip_forward's old value. */
  readonly before: Readonly<Record<string, string>>;
}

/** Result of trying to reach one machine from another (or the reason ssh itself did not work). */
export interface Reachability {
  readonly from: string;
  readonly to: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly port: number;
  /** `prohibited`: host firewall (errno 113); `timeout`: a cloud firewall or no host; `refused`: nothing listens, the way is free. */
  readonly result: 'open' | 'refused' | 'prohibited' | 'timeout' | 'no-route';
}
