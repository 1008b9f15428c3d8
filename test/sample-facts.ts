import type { HostFacts } from '../src/host/index.ts';

/** `iptables-save -t filter` of Oracle's Ubuntu image, the vendor chain shortened. */
export const oracleFilter = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [463:49013]
:InstanceServices - [0:0]
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p udp -m udp --sport 123 -j ACCEPT
-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-host-prohibited
-A FORWARD -j REJECT --reject-with icmp-host-prohibited
-A OUTPUT -d 169.254.0.0/16 -j InstanceServices
-A InstanceServices -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -m comment --comment "See the Oracle-Provided Images section" -j ACCEPT
-A InstanceServices -d 169.254.0.0/16 -p tcp -m tcp -m comment --comment "See the Oracle-Provided Images section" -j REJECT --reject-with tcp-reset
COMMIT
`;

/** A bare Ubuntu host with nothing on it and nothing wrong with it; `differing` says what is otherwise. */
export function sampleFacts(differing: Partial<HostFacts> = {}): HostFacts {
  return {
    machine: 'big',
    user: 'ubuntu',
    root: true,
    os: { id: 'ubuntu', version: '24.04', pretty: 'Ubuntu 24.04.3 LTS', kernel: '6.8.0-1028-oracle' },
    arch: 'arm64',
    rawArch: 'aarch64',
    memory: 12 * 1024 ** 3,
    cpus: 2000,
    diskFree: 40 * 1024 ** 3,
    clockSkew: 3,
    hostname: 'big',
    machineId: '06c9fadf5be7afede0a8f36e80cb1a92',
    address: '10.0.0.11',
    addresses: ['10.0.0.11'],
    routes: ['10.0.0.0/24'],
    mtu: 9000,
    cgroup: { version: 2, memory: true },
    modules: { missing: [] },
    ufw: false,
    firewalld: false,
    filterRules: '',
    mangleRules: '',
    bootRules: undefined,
    bootRulesLoaded: false,
    firewallUnitRules: '',
    listening: [{ protocol: 'tcp', address: '0.0.0.0', port: 22, program: 'sshd' }],
    owner: undefined,
    otherKubernetes: [],
    k3s: undefined,
    work: undefined,
    ...differing,
  };
}
