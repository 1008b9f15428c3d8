import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oracleFilter } from '../../test/sample-facts.ts';
import { isOurs, isTerminal, normaliseRule, parseRules, ruleWords } from './iptables-rules.ts';

describe('parseRules', () => {
  it('reads policies and rules of each table', () => {
    const { rules, policies } = parseRules(`${oracleFilter}*mangle\n:FORWARD DROP [1:2]\n[3:4] -A FORWARD -p tcp -j DROP\nCOMMIT\n`);
    expect(policies).toMatchObject({ 'filter/INPUT': 'ACCEPT', 'filter/InstanceServices': '-', 'mangle/FORWARD': 'DROP' });
    expect(rules.filter((rule) => rule.chain === 'INPUT')).toHaveLength(6);
    expect(rules.at(-1)).toEqual({ table: 'mangle', chain: 'FORWARD', spec: '-p tcp -j DROP' });
  });

  it('passes over anything else', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseRules(text)));
  });
});

it.each([
  ['-p udp --sport 123 -j ACCEPT', '-p udp -m udp --sport 123 -j ACCEPT'],
  ['-s 10.0.0.1 -j ACCEPT', '-s 10.0.0.1/32 -j ACCEPT'],
  ['-p tcp -m comment --comment "See the \\"page\\"" -j DROP', '-p tcp -j DROP'],
  ['-j REJECT', '-m comment --comment x -j REJECT'],
])('%s is the same rule as %s', (a, b) => {
  expect(normaliseRule(a)).toBe(normaliseRule(b));
});

it('normalising twice changes nothing more', () => {
  const part = fc.constantFrom(
    '-p tcp',
    '-p udp',
    '-m tcp',
    '-m comment --comment "a b"',
    '-s 10.0.0.1',
    '-d 10.0.0.0/8',
    '--dport 22',
    '-j ACCEPT',
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const once = normaliseRule(parts.join(' '));
      expect(normaliseRule(once)).toBe(once);
    }),
  );
});

it('resolves quotes', () => {
  expect(ruleWords('-m comment --comment "it\\"s \\\\ so" -j X')).toEqual(['-m', 'comment', '--comment', 'it"s \\ so', '-j', 'X']);
});

it.each([
  ['-j REJECT --reject-with icmp-host-prohibited', true],
  ['-j DROP', true],
  ['-i eth0 -j DROP', true],
  ['-p tcp -m state --state NEW -j REJECT --reject-with tcp-reset', true],
  ['-m comment --comment "all the rest" -j DROP', true],
  ['-s 192.0.2.7/32 -j DROP', false],
  ['-p tcp -m tcp --dport 25 -j REJECT', false],
  ['-m state --state INVALID -j DROP', false],
  ['-j ACCEPT', false],
  ['-j ufw-before-input', false],
  ['-m comment --comment farthing-metadata -j DROP', false],
])('%s ends the chain: %s', (spec, expected) => {
  expect(isTerminal({ table: 'filter', chain: 'INPUT', spec })).toBe(expected);
});

it('knows its own rules by their comment', () => {
  const rule = (spec: string) => ({ table: 'filter', chain: 'INPUT', spec });
  expect(isOurs(rule('-m comment --comment farthing-node -j ACCEPT'))).toBe(true);
  expect(isOurs(rule('-m comment --comment "not farthing-node" -j ACCEPT'))).toBe(false);
});
