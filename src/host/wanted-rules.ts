import type { Rule } from './iptables-rules.ts';

/** What a node's firewall has to let through, and what it has to keep pods from. */
export interface FirewallWish {
  /** Addresses of the other nodes. */
  readonly peers: readonly string[];
  /** Pod range, CIDR. */
  readonly pods: string;
  readonly role: 'server' | 'agent';
  /** Whether INPUT and FORWARD reject what nobody allowed. */
  readonly closed: { readonly input: boolean; readonly forward: boolean };
}

/** Link-local services of the cloud that pods must not reach: metadata with its user_data, and the boot disk. DNS (53) stays. */
const guarded = [
  { address: '169.254.169.254/32', port: 80 },
  { address: '169.254.0.2/32', port: 3260 },
];

/**
 * The rules a node needs, in iptables-save's own wording, so that they can be compared as text. The
 * comments name farthing and hold none of the words K3s' clean-up filters on.
 *
 * The guard stands in mangle, not in filter: there K3s' network policy controller accepts pod
 * traffic at the very top of FORWARD, and a reject below it would never be reached.
 */
export function wantedRules(wish: FirewallWish): Rule[] {
  const rule = (table: string, chain: string, match: string, comment: string, target: string): Rule => ({
    table,
    chain,
    spec: `${match} -m comment --comment farthing-${comment} -j ${target}`,
  });
  const rules: Rule[] = [];
  if (wish.closed.input) {
    for (const peer of [...wish.peers].sort()) {
      const ports = wish.role === 'server' ? [6443, 10250] : [10250];
      for (const port of ports) rules.push(rule('filter', 'INPUT', `-s ${peer}/32 -p tcp -m tcp --dport ${port}`, 'node', 'ACCEPT'));
      rules.push(rule('filter', 'INPUT', `-s ${peer}/32 -p udp -m udp --dport 8472`, 'node', 'ACCEPT'));
    }
    rules.push(rule('filter', 'INPUT', `-s ${wish.pods}`, 'pods', 'ACCEPT'));
  }
  if (wish.closed.forward) {
    rules.push(rule('filter', 'FORWARD', `-s ${wish.pods}`, 'pods', 'ACCEPT'));
    // Only answers, so that a host port or NodePort is not open to the world by this rule.
    rules.push(rule('filter', 'FORWARD', `-d ${wish.pods} -m conntrack --ctstate RELATED,ESTABLISHED`, 'pods', 'ACCEPT'));
  }
  for (const { address, port } of guarded) {
    rules.push(rule('mangle', 'FORWARD', `-s ${wish.pods} -d ${address} -p tcp -m tcp --dport ${port}`, 'metadata', 'DROP'));
  }
  return rules;
}
