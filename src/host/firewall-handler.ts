import { FarthingError } from '../common/index.ts';
import type { Handler } from '../operation/index.ts';
import { applyFirewall } from './apply-firewall.ts';
import type { FirewallData } from './firewall-operation.ts';
import type { HostPorts } from './host-handlers.ts';
import { planFirewall } from './plan-firewall.ts';
import { readHostFacts } from './read-facts.ts';

/** `host.firewall`: see planFirewall. */
export function firewallHandler({ shell, clock }: HostPorts): Handler<FirewallData> {
  return {
    kind: 'host.firewall',
    find: async ({ data }, { signal }) => {
      const plan = planFirewall(await readHostFacts(await shell(data.machine), clock, { signal }), data);
      return plan ? { state: 'pending', fingerprint: plan.fingerprint } : { state: 'done' };
    },
    ensure: async ({ data }, context) => {
      const host = await shell(data.machine);
      const facts = await readHostFacts(host, clock, { signal: context.signal });
      const plan = planFirewall(facts, data);
      if (plan) await applyFirewall(host, clock, facts, plan, context);
    },
    verify: async ({ data }, { signal }) => {
      const plan = planFirewall(await readHostFacts(await shell(data.machine), clock, { signal }), data);
      if (plan) {
        throw new FarthingError('FAR-APPLY-003', `the firewall of ${data.machine} is not as it should be: ${plan.why}`, {
          hint: 'Something on the host puts its own rules back; find it (systemctl list-units | grep -i -e fire -e tables) and run again.',
        });
      }
    },
  };
}
