import type { Operation } from '../operation/index.ts';
import { type FirewallNeeds, planFirewall } from './plan-firewall.ts';
import type { HostFacts } from './types.ts';

/** What the handler of `host.firewall` needs to find the plan again. */
export interface FirewallData extends FirewallNeeds {
  readonly machine: string;
}

/** The operation that opens a host's firewall to the other nodes and keeps pods from the cloud's services; undefined when all is so. */
export function firewallOperation(
  facts: HostFacts,
  needs: FirewallNeeds,
  options: { readonly after?: readonly string[] } = {},
): Operation<FirewallData> | undefined {
  const plan = planFirewall(facts, needs);
  if (!plan) return undefined;
  const machine = facts.machine;
  return {
    id: `host.firewall:${machine}`,
    kind: 'host.firewall',
    title: `Open the firewall of ${machine} to the other nodes and pods`,
    why: plan.why,
    target: { machine },
    touches: [
      ...plan.insert.map((rule) => `+ ${rule.table} ${rule.chain} ${rule.spec}`),
      ...plan.remove.map((rule) => `- ${rule.table} ${rule.chain} ${rule.spec}`),
      ...(plan.persist
        ? [plan.persistence === 'rules.v4' ? '/etc/iptables/rules.v4' : '/etc/systemd/system/farthing-firewall.service']
        : []),
    ],
    destroys: [],
    after: options.after ?? [],
    assumes: plan.fingerprint,
    data: { machine, ...needs },
  };
}
