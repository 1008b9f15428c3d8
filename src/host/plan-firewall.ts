import { fingerprint, sha256 } from '../common/index.ts';
import { isOurs, isTerminal, parseRules, type Rule, type RuleSet } from './iptables-rules.ts';
import type { HostFacts } from './types.ts';
import { wantedRules } from './wanted-rules.ts';

/** The network a node's firewall is planned for. */
export interface FirewallNeeds {
  readonly peers: readonly string[];
  readonly pods: string;
  readonly role: 'server' | 'agent';
}

/** How the rules come back after a reboot: in the vendor's file, or by a unit of ours where no file is loaded. */
export type Persistence = 'rules.v4' | 'unit';

/** What has to change in a host's firewall. */
export interface FirewallPlan {
  /** All rules of ours there will be. */
  readonly wanted: readonly Rule[];
  readonly insert: readonly Rule[];
  readonly remove: readonly Rule[];
  readonly persistence: Persistence;
  /** Whether the boot file (or unit) has to change too. */
  readonly persist: boolean;
  readonly why: string;
  readonly fingerprint: string;
}

/** Compares a host's firewall with what its role needs; undefined when nothing is to be done. Pure. */
export function planFirewall(facts: HostFacts, needs: FirewallNeeds): FirewallPlan | undefined {
  const live = parseRules(`${facts.filterRules}\n${facts.mangleRules ?? ''}`);
  const boot = parseRules(facts.bootRules ?? '');
  const closed = (chain: string) => isClosed(live, chain) || isClosed(boot, chain);
  const wanted = wantedRules({ ...needs, closed: { input: closed('INPUT'), forward: closed('FORWARD') } });
  return difference(facts, live, wanted, (missing) => whyOf(live, needs, missing));
}

/** What takes every rule of ours away again; undefined when there is none. */
export function planFirewallRelease(facts: HostFacts): FirewallPlan | undefined {
  const live = parseRules(`${facts.filterRules}\n${facts.mangleRules ?? ''}`);
  return difference(facts, live, [], () => 'farthing leaves the host as it was');
}

function difference(
  facts: HostFacts,
  live: RuleSet,
  wanted: readonly Rule[],
  why: (missing: readonly Rule[], stale: readonly Rule[]) => string,
): FirewallPlan | undefined {
  const insert = wanted.filter((rule) => !isEffective(live, rule));
  const remove = live.rules.filter((rule) => isOurs(rule) && !wanted.some((one) => same(one, rule)));
  const persistence: Persistence = facts.bootRules !== undefined && facts.bootRulesLoaded === true ? 'rules.v4' : 'unit';
  const boot = persistence === 'rules.v4' ? (facts.bootRules ?? '') : (facts.firewallUnitRules ?? '');
  const persist = persistence === 'rules.v4' ? !isPersisted(parseRules(boot), wanted) : boot !== rulesFile(wanted);
  if (insert.length === 0 && remove.length === 0 && !persist) return undefined;
  return {
    wanted,
    insert,
    remove,
    persistence,
    persist,
    why: insert.length + remove.length === 0 ? 'the rules are there but would be gone after a reboot' : why(insert, remove),
    fingerprint: fingerprint({ insert, remove, boot: sha256(boot) }),
  };
}

/** Does a boot file hold our rules, effective, and no others of ours? What else somebody wrote into it is theirs. */
function isPersisted(boot: RuleSet, wanted: readonly Rule[]): boolean {
  return wanted.every((rule) => isEffective(boot, rule)) && boot.rules.filter(isOurs).length === wanted.length;
}

/** Rules as lines `table chain spec`, the form the firewall script reads. */
export function rulesFile(rules: readonly Rule[]): string {
  return rules.map((rule) => `${rule.table} ${rule.chain} ${rule.spec}\n`).join('');
}

function isClosed(rules: RuleSet, chain: string): boolean {
  const policy = rules.policies[`filter/${chain}`];
  return (policy !== undefined && policy !== 'ACCEPT') || rules.rules.some((rule) => inChain(rule, 'filter', chain) && isTerminal(rule));
}

function inChain(rule: Rule, table: string, chain: string): boolean {
  return rule.table === table && rule.chain === chain;
}

function same(a: Rule, b: Rule): boolean {
  return a.table === b.table && a.chain === b.chain && a.spec === b.spec;
}

/** Present, and above whatever ends the chain. */
function isEffective(live: RuleSet, rule: Rule): boolean {
  const chain = live.rules.filter((one) => inChain(one, rule.table, rule.chain));
  const at = chain.findIndex((one) => same(one, rule));
  const last = chain.findIndex(isTerminal);
  return at >= 0 && (last < 0 || at < last);
}

function whyOf(live: RuleSet, needs: FirewallNeeds, missing: readonly Rule[]): string {
  if (live.rules.some(isOurs)) return whyAgain(missing);
  const reasons: string[] = [];
  const closing = (chain: string) => {
    const at = live.rules.filter((rule) => inChain(rule, 'filter', chain) && !isOurs(rule)).findIndex(isTerminal);
    return at < 0 ? undefined : at + 1;
  };
  const input = closing('INPUT');
  if (input !== undefined && needs.peers.length > 0) {
    const ports = needs.role === 'server' ? 'tcp 6443 and 10250, udp 8472' : 'tcp 10250, udp 8472';
    reasons.push(`${ports} from the other nodes are rejected by rule ${input} of INPUT`);
  }
  const forward = closing('FORWARD');
  if (forward !== undefined) reasons.push(`pod traffic is rejected by rule ${forward} of FORWARD`);
  reasons.push('pods must not reach the metadata service and the boot disk (169.254.169.254 tcp 80, 169.254.0.2 tcp 3260)');
  return reasons.join('; ');
}

/** On a host that has rules of ours: which have gone or are new, in their own words. */
function whyAgain(missing: readonly Rule[]): string {
  if (missing.length === 0) return 'some rules are for machines that are no longer in the cluster';
  const some = missing.slice(0, 2).map((rule) => `${rule.chain} ${rule.spec.replace(/ -m comment --comment \S+/, '')}`);
  const rest = missing.length > some.length ? ` and ${missing.length - some.length} more` : '';
  return `not among its rules, or below one that rejects: ${some.join('; ')}${rest}`;
}
