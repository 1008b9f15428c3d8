import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oracleFilter } from '../../test/sample-facts.ts';
import { editBootRules } from './edit-boot-rules.ts';
import { parseRules, wordsK3sDeletes } from './iptables-rules.ts';
import { wantedRules } from './wanted-rules.ts';

const wanted = wantedRules({
  peers: ['10.0.0.13', '10.0.0.12'],
  pods: '10.42.0.0/16',
  role: 'server',
  closed: { input: true, forward: true },
});

const chainOf = (text: string, chain: string) => parseRules(text).rules.filter((rule) => rule.table === 'filter' && rule.chain === chain);

describe('editBootRules', () => {
  it('puts the rules before the first that rejects, and leaves all others where they were', () => {
    const edited = editBootRules(oracleFilter, wanted);
    const input = chainOf(edited, 'INPUT').map((rule) => rule.spec);
    expect(input.at(-1)).toBe('-j REJECT --reject-with icmp-host-prohibited');
    expect(input.slice(0, 5)).toEqual(
      chainOf(oracleFilter, 'INPUT')
        .slice(0, 5)
        .map((rule) => rule.spec),
    );
    expect(chainOf(edited, 'OUTPUT')).toEqual(chainOf(oracleFilter, 'OUTPUT'));
    expect(chainOf(edited, 'InstanceServices')).toEqual(chainOf(oracleFilter, 'InstanceServices'));
    expect(parseRules(edited).rules.filter((rule) => rule.table === 'mangle')).toHaveLength(2);
  });

  it('works where the image lacks a rule, so never by number', () => {
    const without = oracleFilter.replace('-A INPUT -p udp -m udp --sport 123 -j ACCEPT\n', '');
    expect(chainOf(editBootRules(without, wanted), 'INPUT').at(-1)?.spec).toContain('REJECT');
  });

  it('uses a mangle table that is there', () => {
    const both = `${oracleFilter}*mangle\n:FORWARD ACCEPT [0:0]\nCOMMIT\n`;
    expect(editBootRules(both, wanted).match(/^\*mangle$/gm)).toHaveLength(1);
  });

  const line = fc.oneof(
    fc.constantFrom(
      ...oracleFilter.split('\n'),
      '*mangle',
      '*nat',
      '',
      '# a remark',
      '-A INPUT -s 1.2.3.4 -j DROP',
      'COMMIT',
      ' -A INPUT -j DROP',
    ),
    fc.string().filter((text) => !text.includes('\n')),
  );

  it('with no rules gives back the file as it was, byte for byte, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n');
        expect(editBootRules(editBootRules(text, wanted), [])).toBe(text);
      }),
    );
  });

  it('done twice changes nothing more', () => {
    fc.assert(
      fc.property(fc.array(line), fc.subarray(wanted), (lines, some) => {
        const once = editBootRules(lines.join('\n'), some);
        expect(editBootRules(once, some)).toBe(once);
      }),
    );
  });
});

it("no rule of ours holds a word that K3s' clean-up deletes by, or touches the vendor's chains", () => {
  for (const rule of wanted) {
    expect(`-A ${rule.chain} ${rule.spec}`).not.toMatch(wordsK3sDeletes);
    expect(['INPUT', 'FORWARD']).toContain(rule.chain);
    expect(rule.spec).not.toContain('"');
  }
});

it('peers are in a fixed order, so that the plan is the same each time', () => {
  const again = wantedRules({
    peers: ['10.0.0.12', '10.0.0.13'],
    pods: '10.42.0.0/16',
    role: 'server',
    closed: { input: true, forward: true },
  });
  expect(again).toEqual(wanted);
});
