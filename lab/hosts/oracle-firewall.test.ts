import { expect, test } from 'vitest';
import { oracleUbuntuRules } from './oracle-firewall.ts';

const lines = oracleUbuntuRules().split('\n');
const chain = (name: string) => lines.filter((line) => line.startsWith(`-A ${name} `));

test('one table, accepting by policy: what is refused is refused by rules', () => {
  expect(lines.filter((line) => /^[*:]/.test(line))).toEqual([
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [463:49013]',
    ':InstanceServices - [0:0]',
  ]);
  expect(lines.filter(Boolean).at(-1)).toBe('COMMIT');
});

test('INPUT lets ssh in and ends in "host prohibited"; nothing is forwarded', () => {
  expect(chain('INPUT')).toHaveLength(6);
  expect(chain('INPUT')[4]).toContain('--dport 22 -j ACCEPT');
  expect(chain('INPUT')[5]).toBe('-A INPUT -j REJECT --reject-with icmp-host-prohibited');
  expect(chain('FORWARD')).toEqual(['-A FORWARD -j REJECT --reject-with icmp-host-prohibited']);
});

test("the vendor's chain: thirteen accepts, two rejects, each with the vendor's comment before its target", () => {
  const rules = chain('InstanceServices');
  expect(chain('OUTPUT')).toEqual(['-A OUTPUT -d 169.254.0.0/16 -j InstanceServices']);
  expect(rules.filter((rule) => rule.endsWith('-j ACCEPT'))).toHaveLength(13);
  expect(rules.slice(-2).map((rule) => rule.replace(/.* -j /, ''))).toEqual([
    'REJECT --reject-with tcp-reset',
    'REJECT --reject-with icmp-port-unreachable',
  ]);
  for (const rule of rules) {
    expect(rule).toMatch(/-m comment --comment "See the Oracle-Provided Images [^"]*" -j /);
  }
});

test("the boot volume is root's, metadata is anybody's", () => {
  const rule = (port: string) => chain('InstanceServices').find((line) => line.includes(port));
  expect(rule('169.254.0.2/32 -p tcp -m owner --uid-owner 0 -m tcp --dport 3260')).toBeDefined();
  expect(rule('169.254.169.254/32 -p tcp -m tcp --dport 80')).not.toContain('owner');
});
