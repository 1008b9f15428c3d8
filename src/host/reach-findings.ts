import type { Finding } from '../operation/index.ts';
import type { Reachability } from './types.ts';

type Severe = Exclude<Reachability['result'], 'open' | 'refused'>;

/**
 * What tries between machines mean, before the firewall is opened: one finding for each machine that
 * is hard to reach. An answer of any kind, even "prohibited", proves that packets arrive: that is the
 * host's own firewall, which farthing opens. Silence is a firewall of the network's, which it cannot.
 */
export function reachFindings(results: readonly Reachability[]): Finding[] {
  const groups = new Map<string, { to: string; result: Severe; tries: Reachability[] }>();
  for (const one of results) {
    if (one.result === 'open' || one.result === 'refused') continue;
    // A firewall that rejects strangers' ssh from other hosts is the owner's choice.
    if (one.result === 'prohibited' && one.port === 22) continue;
    const key = `${one.to} ${one.result}`;
    const group = groups.get(key) ?? { to: one.to, result: one.result, tries: [] };
    group.tries.push(one);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ to, result, tries }) => {
    const ports = list([...new Set(tries.map((one) => one.port))].sort((a, b) => a - b));
    return explain(to, result, `port ${ports} from ${list([...new Set(tries.map((one) => one.from))])}`);
  });
}

function explain(to: string, result: Severe, what: string): Finding {
  switch (result) {
    case 'prohibited':
      return { severity: 'mend', id: 'reach-prohibited', machine: to, message: `${what} is rejected by its own firewall` };
    case 'no-route':
      return {
        severity: 'refuse',
        id: 'reach-no-route',
        machine: to,
        message: `there is no way to ${what}: they are not in one network`,
        hint: `Give the address the others reach it by: machines.${to}.address. Machines in different networks are not built yet.`,
      };
    case 'timeout':
      return {
        severity: 'refuse',
        id: 'reach-timeout',
        machine: to,
        message: `no answer on ${what}: a firewall in the network drops it`,
        hint: 'Allow tcp 6443 and 10250 and udp 8472 between the machines (security list or group of the provider, router).',
      };
  }
}

function list(items: readonly (string | number)[]): string {
  return items.length < 2 ? `${items[0] ?? ''}` : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
