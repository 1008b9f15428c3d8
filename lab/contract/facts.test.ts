import { expect, it } from 'vitest';
import { objections, parseFacts } from './facts.ts';

const text = `hostname=big
arch=x86_64
cgroup=2
device=host0
address=10.77.0.11
mtu=1500
foreignTools=ctr
existing=/usr/local/bin/k3s
existing=/etc/rancher/k3s
`;

it('reads what the host said', () => {
  expect(parseFacts(text)).toEqual({
    hostname: 'big',
    arch: 'x86_64',
    cgroup: '2',
    device: 'host0',
    address: '10.77.0.11',
    mtu: 1500,
    foreignTools: ['ctr'],
    existing: ['/usr/local/bin/k3s', '/etc/rancher/k3s'],
    missing: [],
  });
});

it('refuses a host with K3s, unless told to destroy it', () => {
  const facts = parseFacts(text);
  expect(objections(facts, false)).toEqual([
    'already has K3s (/usr/local/bin/k3s, /etc/rancher/k3s); --destroy-existing removes it with all its data',
  ]);
  expect(objections(facts, true)).toEqual([]);
});

it('names all that is missing at once', () => {
  expect(objections(parseFacts('missing=curl\nmissing=iptables\n'), false)).toEqual([
    'needs curl, iptables',
    'has no default route, which K3s needs too',
  ]);
});
