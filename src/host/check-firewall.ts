import type { Finding } from '../operation/index.ts';
import { parseRules } from './iptables-rules.ts';
import { planFirewall } from './plan-firewall.ts';
import type { PreflightInput, SeenMachine } from './preflight.ts';

/** The host's firewall: rules farthing mends, and managers of rules that a person has to tell. */
export function checkFirewall({ machine, facts }: SeenMachine, seen: readonly SeenMachine[], input: PreflightInput): Finding[] {
  const name = machine.name;
  // Machines that do not answer just now are still peers.
  const silent = input.machines.flatMap((one) => (seen.some((other) => other.machine === one) ? [] : (input.addresses?.[one.name] ?? [])));
  const peers = [...seen.filter((one) => one.machine !== machine).map((one) => one.machine.address ?? one.facts.address), ...silent];
  const sources = [...peers, input.network.pods, input.network.services];
  if (facts.firewalld) {
    const open = sources.filter((source) => !(facts.trustedSources ?? []).includes(source));
    if (open.length === 0) return [];
    return [
      {
        severity: 'refuse',
        id: 'firewalld',
        machine: name,
        message: `firewalld is active and does not trust ${open.join(', ')}`,
        hint: `Do not stop it (an image's own rules may hang on it); tell it: sudo firewall-cmd --permanent --zone=trusted ${open.map((source) => `--add-source=${source}`).join(' ')} && sudo firewall-cmd --reload`,
      },
    ];
  }
  if (facts.ufw) {
    const allowed = ufwSources(facts.filterRules);
    const open = [...peers, input.network.pods].filter((source) => !allowed.has(source));
    if (open.length === 0) return [];
    return [
      {
        severity: 'refuse',
        id: 'ufw',
        machine: name,
        message: `ufw is active and does not allow ${open.join(', ')}`,
        hint: facts.oracle
          ? 'On Oracle images ufw must not be on (the instance may not boot): sudo ufw disable. farthing opens what is needed in the rules that are there.'
          : `Tell it: ${open.map((source) => `sudo ufw allow from ${source}`).join('; ')}; sudo ufw route allow from ${input.network.pods}; sudo ufw route allow to ${input.network.pods} — or: sudo ufw disable`,
      },
    ];
  }
  const plan = planFirewall(facts, { peers, pods: input.network.pods, role: machine.role });
  if (!plan) return [];
  return [{ severity: 'mend', id: 'firewall', machine: name, message: plan.why }];
}

/** Sources ufw lets in on every port. */
function ufwSources(filterRules: string): ReadonlySet<string> {
  const sources = parseRules(filterRules).rules.flatMap(({ chain, spec }) => {
    const match = /^-s (\S+) -j ACCEPT$/.exec(spec);
    return chain === 'ufw-user-input' && match ? [(match[1] as string).replace(/\/32$/, '')] : [];
  });
  return new Set(sources);
}
