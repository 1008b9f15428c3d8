import { expect, it } from 'vitest';
import { reachFindings } from './reach-findings.ts';
import type { Reachability } from './types.ts';

const result = (port: number, outcome: Reachability['result'], from = 'a'): Reachability => ({
  from,
  to: 'b',
  protocol: 'tcp',
  port,
  result: outcome,
});

it.each([
  [22, 'open', undefined],
  [6443, 'refused', undefined],
  [22, 'prohibited', undefined],
  [6443, 'prohibited', 'mend'],
  [6443, 'timeout', 'refuse'],
  [22, 'no-route', 'refuse'],
] as const)('port %d %s: %s', (port, outcome, severity) => {
  expect(reachFindings([result(port, outcome)])[0]?.severity).toBe(severity);
});

it('silence and rejection are told apart in words', () => {
  expect(reachFindings([result(6443, 'timeout')])[0]?.hint).toMatch(/security list/);
  expect(reachFindings([result(6443, 'prohibited')])[0]?.message).toMatch(/own firewall/);
});

it('many tries are one finding for a machine', () => {
  const tries = [result(10250, 'prohibited'), result(6443, 'prohibited'), result(10250, 'prohibited', 'c')];
  expect(reachFindings(tries).map((finding) => finding.message)).toEqual([
    'port 6443 and 10250 from a and c is rejected by its own firewall',
  ]);
});
