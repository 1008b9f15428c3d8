import { describe, expect, it } from 'vitest';
import { oracleFilter, sampleFacts } from '../../test/sample-facts.ts';
import { loadCatalog } from '../catalog/index.ts';
import type { Machine } from '../spec/index.ts';
import { preflight } from './preflight.ts';
import type { HostFacts, K3sFacts } from './types.ts';

const machine = (name: string, more: Partial<Machine> = {}): Machine => ({
  name,
  kind: 'ssh',
  target: `ubuntu@${name}`,
  role: 'agent',
  hostKeys: [],
  labels: {},
  ...more,
});

const k3s: K3sFacts = {
  role: 'agent',
  binarySha256: 'a',
  version: 'v1.36.4+k3s1',
  installScriptSha256: 'b',
  unitSha256: 'c',
  unitState: 'active',
  enabled: true,
  config: '',
  registriesSha256: undefined,
  stale: false,
  kubeconfig: undefined,
};
const mark = { id: 'this', cluster: 'home', machine: 'big', version: '0', before: {} };
/** A host without a finding: open, with the guard in place. */
const clean: Partial<HostFacts> = {
  firewallUnitRules: `mangle FORWARD -s 10.42.0.0/16 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -m comment --comment farthing-metadata -j DROP
mangle FORWARD -s 10.42.0.0/16 -d 169.254.0.2/32 -p tcp -m tcp --dport 3260 -m comment --comment farthing-metadata -j DROP
`,
  mangleRules: `*mangle
-A FORWARD -s 10.42.0.0/16 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -m comment --comment farthing-metadata -j DROP
-A FORWARD -s 10.42.0.0/16 -d 169.254.0.2/32 -p tcp -m tcp --dport 3260 -m comment --comment farthing-metadata -j DROP
COMMIT
`,
};

function look(facts: Partial<HostFacts>, more: Partial<Machine> = {}, members: readonly string[] = []) {
  return preflight({
    machines: [machine('big', more)],
    facts: { big: sampleFacts({ ...clean, ...facts }) },
    network: { pods: '10.42.0.0/16', services: '10.43.0.0/16', backend: 'vxlan' },
    catalog: loadCatalog(),
    clusterId: 'this',
    k3sVersion: 'v1.36.4+k3s1',
    members,
  });
}

it('a good host has no finding', () => {
  expect(look({})).toEqual([]);
  expect(look({}, { role: 'server' })).toEqual([]);
  expect(
    look({ owner: mark, k3s: { ...k3s, ours: true }, listening: [{ protocol: 'tcp', address: '*', port: 10250, program: 'k3s-agent' }] }),
  ).toEqual([]);
});

describe('each thing wrong is one finding', () => {
  const cases: readonly [string, string, Partial<HostFacts>, Partial<Machine>, RegExp][] = [
    ['refuse', 'arch', { arch: undefined, rawArch: 'riscv64' }, {}, /riscv64/],
    ['refuse', 'arch-differs', {}, { arch: 'amd64' }, /arm64, the file says amd64/],
    ['refuse', 'no-systemd', { missingTools: ['systemd-run'] }, {}, /no systemd/],
    ['note', 'os', { os: { id: 'arch', version: '', pretty: 'Arch Linux', kernel: '7' } }, {}, /Arch Linux/],
    ['refuse', 'tools', { missingTools: ['iptables', 'iptables-save', 'curl'] }, {}, /apt-get install iptables curl/],
    [
      'refuse',
      'tools',
      { missingTools: ['ss'], os: { id: 'ol', version: '9', pretty: 'Oracle Linux', kernel: '5' } },
      {},
      /dnf install iproute/,
    ],
    ['refuse', 'memory-low', { memory: 1024 ** 3 }, { role: 'server' }, /1 GiB of memory is too little for a K3s server/],
    ['note', 'cpus-low', { cpus: 1000 }, { role: 'server' }, /1 CPU is below/],
    ['refuse', 'disk-low', { diskFree: 1024 ** 3 }, {}, /only 1 GiB are free/],
    ['refuse', 'cgroup-memory', { cgroup: { version: 1, memory: false } }, {}, /cgroup_memory=1 cgroup_enable=memory/],
    ['mend', 'cgroup-v1', { cgroup: { version: 1, memory: true } }, {}, /fail-cgroupv1=false/],
    ['refuse', 'modules', { modules: { missing: ['br_netfilter', 'vxlan'] } }, {}, /br_netfilter, vxlan/],
    ['refuse', 'no-address', { address: '', addresses: [] }, {}, /no IPv4/],
    ['refuse', 'address', {}, { address: '203.0.113.9' }, /none of its addresses/],
    ['refuse', 'range-overlap', { routes: ['10.42.7.0/24'] }, {}, /range of pods.*overlaps with 10\.42\.7\.0\/24.*pods: 172/],
    ['refuse', 'range-overlap', { routes: ['10.43.0.0/20'] }, {}, /range of services/],
    ['note', 'busy', { work: { name: 'farthing: download K3s', since: 'Tue' } }, {}, /download K3s since Tue/],
    ['refuse', 'other-owner', { owner: { ...mark, id: 'other', cluster: 'work' } }, {}, /belongs to the cluster work/],
    ['refuse', 'renamed', { owner: { ...mark, machine: 'large' } }, {}, /it is large of this cluster/],
    ['refuse', 'other-kubernetes', { otherKubernetes: ['microk8s'] }, {}, /microk8s/],
    ['refuse', 'foreign-k3s', { k3s }, {}, /did not install.*agent-uninstall/],
    ['refuse', 'role-change', { owner: mark, k3s }, { role: 'server' }, /it is an agent, the file says server/],
    ['note', 'version', { owner: mark, k3s: { ...k3s, version: 'v1.35.0+k3s1' } }, {}, /never upgrades/],
    [
      'refuse',
      'port-taken',
      { listening: [{ protocol: 'tcp', address: '*', port: 10250, program: 'webmin' }] },
      {},
      /10250 is taken by webmin/,
    ],
    ['refuse', 'port-taken', { listening: [{ protocol: 'udp', address: '*', port: 8472, program: 'otv' }] }, {}, /udp port 8472/],
    ['refuse', 'firewalld', { firewalld: true }, {}, /--zone=trusted --add-source=10\.42\.0\.0\/16 --add-source=10\.43/],
    ['refuse', 'ufw', { ufw: true }, {}, /ufw allow from 10\.42\.0\.0\/16/],
    ['refuse', 'ufw', { ufw: true, oracle: true }, {}, /must not be on/],
    ['mend', 'firewall', { filterRules: oracleFilter, mangleRules: '' }, {}, /rule 1 of FORWARD/],
  ];
  it.each(cases)('%s %s', (severity, id, facts, more, text) => {
    const findings = look(facts, more);
    expect(findings.map((finding) => [finding.severity, finding.id, finding.machine])).toEqual([[severity, id, 'big']]);
    expect(`${findings[0]?.message} ${findings[0]?.hint ?? ''}`).toMatch(text);
  });

  it('managers of firewalls that were told are fine', () => {
    expect(look({ firewalld: true, trustedSources: ['10.42.0.0/16', '10.43.0.0/16'] })).toEqual([]);
    expect(look({ ufw: true, filterRules: '*filter\n-A ufw-user-input -s 10.42.0.0/16 -j ACCEPT\n' })).toEqual([]);
  });

  it('cgroup v1 is not said again once it is mended', () => {
    const config = 'kubelet-arg:\n  - fail-cgroupv1=false\n';
    expect(look({ cgroup: { version: 1, memory: true }, owner: mark, k3s: { ...k3s, config } })).toEqual([]);
  });

  it('a member that lost its mark is no stranger', () => {
    expect(look({ k3s }, {}, ['big'])).toEqual([]);
  });

  it('port 6443 matters on the server alone', () => {
    const listening = [{ protocol: 'tcp' as const, address: '*', port: 6443, program: 'nginx' }];
    expect(look({ listening })).toEqual([]);
    expect(look({ listening }, { role: 'server' })).toHaveLength(1);
  });
});

describe('compared with each other', () => {
  const both = (a: Partial<HostFacts>, b: Partial<HostFacts>) =>
    preflight({
      machines: [machine('a'), machine('b'), machine('c')],
      facts: {
        a: sampleFacts({ ...clean, machine: 'a', hostname: 'a', machineId: '1', address: '10.0.0.1', ...a }),
        b: sampleFacts({ ...clean, machine: 'b', hostname: 'b', machineId: '2', address: '10.0.0.2', ...b }),
        c: undefined,
      },
      network: { pods: '10.42.0.0/16', services: '10.43.0.0/16', backend: 'vxlan' },
      catalog: loadCatalog(),
      clusterId: 'this',
      k3sVersion: 'v1.36.4+k3s1',
    });

  it.each([
    ['same-address', { address: '10.0.0.9' }, { address: '10.0.0.9' }, /a and b have the same address \(10\.0\.0\.9\)/],
    ['same-machine-id', { machineId: 'x' }, { machineId: 'x' }, /disk image/],
    ['same-hostname', { hostname: 'pi' }, { hostname: 'pi' }, /no harm/],
    ['clock-skew', {}, { clockSkew: -90_000 }, /its clock is 90 s behind.*set-ntp/],
  ] as const)('%s', (id, a, b, text) => {
    const findings = both(a, b);
    expect(findings.map((finding) => finding.id)).toEqual([id]);
    expect(`${findings[0]?.message} ${findings[0]?.hint}`).toMatch(text);
  });

  it("a wrong clock of the laptop's is only said", () => {
    expect(both({ clockSkew: 300_000 }, { clockSkew: 300_001 })).toMatchObject([{ severity: 'note', id: 'own-clock' }]);
  });
});
