import { expect, test } from 'vitest';
import { renderNetworkRules } from './network-rules.ts';

const devices = [{ address: '10.77.0.11', device: 'vb-big' }];
const empty = 'table bridge lab {}\ndelete table bridge lab\ntable netdev lab {}\ndelete table netdev lab\n';

test('no faults: the tables go', () => {
  expect(renderNetworkRules([], devices)).toBe(empty);
});

test('a cut host loses what it sends and what is sent to it', () => {
  const rules = renderNetworkRules([{ kind: 'cut', address: '10.77.0.12' }], devices);
  expect(rules.startsWith(empty.trimEnd())).toBe(true);
  expect(rules).toContain('    ip daddr 10.77.0.12 drop\n    ip saddr 10.77.0.12 drop\n');
  expect(rules).toContain('type filter hook output priority 0;');
  expect(rules).not.toContain('table netdev lab {\n');
});

test('a cut between two touches nobody else', () => {
  const rules = renderNetworkRules([{ kind: 'cut', address: '10.77.0.12', peer: '10.77.0.11' }], devices);
  expect(rules).toContain('ip saddr 10.77.0.11 ip daddr 10.77.0.12 drop');
  expect(rules).toContain('ip daddr 10.77.0.11 ip saddr 10.77.0.12 drop');
});

test('a rejected port is answered where packets come in', () => {
  const rules = renderNetworkRules([{ kind: 'reject', address: '10.77.0.12', port: 6443 }], devices);
  expect(rules).toContain('type filter hook ingress device "vb-big" priority 0;');
  expect(rules).toContain('ip daddr 10.77.0.12 tcp dport 6443 reject with icmp type host-prohibited');
  expect(rules).not.toContain('table bridge lab {\n');
});
