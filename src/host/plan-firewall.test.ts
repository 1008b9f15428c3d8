import { describe, expect, it } from 'vitest';
import { oracleFilter, sampleFacts } from '../../test/sample-facts.ts';
import { editBootRules } from './edit-boot-rules.ts';
import { firewallOperation } from './firewall-operation.ts';
import { planFirewall, planFirewallRelease, rulesFile } from './plan-firewall.ts';

const needs = { peers: ['10.0.0.12', '10.0.0.13'], pods: '10.42.0.0/16', role: 'server' as const };
const oracle = sampleFacts({ filterRules: oracleFilter, bootRules: oracleFilter, bootRulesLoaded: true });

/** The host after a plan was carried out. */
function carriedOut(facts: typeof oracle, wish: typeof needs = needs): typeof oracle {
  const wanted = planFirewall(facts, wish)?.wanted ?? [];
  const live = editBootRules(`${facts.filterRules}*mangle\nCOMMIT\n`, wanted);
  const at = live.indexOf('*mangle');
  return {
    ...facts,
    filterRules: live.slice(0, at),
    mangleRules: live.slice(at),
    ...(facts.bootRulesLoaded ? { bootRules: editBootRules(facts.bootRules ?? '', wanted) } : { firewallUnitRules: rulesFile(wanted) }),
  };
}

describe('planFirewall', () => {
  it('names the rule that blocks', () => {
    const plan = planFirewall(oracle, needs);
    expect(plan?.why).toBe(
      'tcp 6443 and 10250, udp 8472 from the other nodes are rejected by rule 6 of INPUT; pod traffic is rejected by rule 1 of FORWARD; pods must not reach the metadata service and the boot disk (169.254.169.254 tcp 80, 169.254.0.2 tcp 3260)',
    );
    expect(plan?.persistence).toBe('rules.v4');
    expect(plan?.insert).toHaveLength(11);
  });

  it('an agent needs no 6443', () => {
    expect(planFirewall(oracle, { ...needs, role: 'agent' })?.insert.some((rule) => rule.spec.includes('6443'))).toBe(false);
  });

  it('has nothing to do when it is done', () => {
    expect(planFirewall(carriedOut(oracle), needs)).toBeUndefined();
  });

  it('a deleted rule is put back, alone', () => {
    const done = carriedOut(oracle);
    const gone = { ...done, filterRules: done.filterRules.replace(/^.*12\/32 -p udp.*\n/m, '') };
    const plan = planFirewall(gone, needs);
    expect(plan?.insert.map((rule) => rule.spec)).toEqual([
      '-s 10.0.0.12/32 -p udp -m udp --dport 8472 -m comment --comment farthing-node -j ACCEPT',
    ]);
    expect(plan?.persist).toBe(false);
    expect(plan?.why).toBe('not among its rules, or below one that rejects: INPUT -s 10.0.0.12/32 -p udp -m udp --dport 8472 -j ACCEPT');
  });

  it('a rule below the reject is none', () => {
    const done = carriedOut(oracle);
    const [rule = ''] = /^-A INPUT .*12\/32 -p udp.*\n/m.exec(done.filterRules) ?? [];
    const moved = { ...done, filterRules: done.filterRules.replace(rule, '').replace('-A FORWARD', `${rule}-A FORWARD`) };
    expect(planFirewall(moved, needs)?.insert).toHaveLength(1);
  });

  it("a machine that left is no longer let in, and K3s' own rules around ours do not matter", () => {
    const done = carriedOut(oracle);
    const busy = { ...done, filterRules: done.filterRules.replace('-A INPUT -m state', '-A INPUT -j KUBE-FIREWALL\n-A INPUT -m state') };
    expect(planFirewall(busy, needs)).toBeUndefined();
    const plan = planFirewall(busy, { ...needs, peers: ['10.0.0.12'] });
    expect(plan?.insert).toEqual([]);
    expect(plan?.remove.map((rule) => rule.spec)).toEqual(done.filterRules.match(/(?<=-A INPUT )-s 10\.0\.0\.13.*/g));
  });

  it('rules that would be gone after a reboot are a plan of their own', () => {
    const plan = planFirewall({ ...carriedOut(oracle), bootRules: oracleFilter }, needs);
    expect(plan).toMatchObject({ insert: [], remove: [], persist: true, why: 'the rules are there but would be gone after a reboot' });
  });

  it('an open host gets only the guard, kept by a unit of ours', () => {
    const open = sampleFacts({ filterRules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\nCOMMIT\n' });
    const plan = planFirewall(open, needs);
    expect(plan?.insert.map((rule) => rule.table)).toEqual(['mangle', 'mangle']);
    expect(plan?.persistence).toBe('unit');
    expect(planFirewall(carriedOut(open), needs)).toBeUndefined();
  });

  it('a closed policy counts as a reject at the end', () => {
    const closed = sampleFacts({ filterRules: '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\nCOMMIT\n' });
    expect(planFirewall(closed, needs)?.insert.filter((rule) => rule.chain === 'INPUT')).toHaveLength(7);
  });
});

describe('planFirewallRelease', () => {
  it('takes out exactly what was put in', () => {
    const plan = planFirewallRelease(carriedOut(oracle));
    expect(plan?.remove).toHaveLength(11);
    expect(editBootRules(carriedOut(oracle).bootRules ?? '', plan?.wanted ?? [])).toBe(oracleFilter);
  });

  it('has nothing to do on a host without rules of ours', () => {
    expect(planFirewallRelease(oracle)).toBeUndefined();
  });
});

it('the operation prints what runs', () => {
  const operation = firewallOperation(oracle, needs);
  expect(operation).toMatchObject({ id: 'host.firewall:big', target: { machine: 'big' } });
  expect(operation?.touches).toHaveLength(12);
  expect(operation?.touches.at(-1)).toBe('/etc/iptables/rules.v4');
  expect(firewallOperation(carriedOut(oracle), needs)).toBeUndefined();
});
