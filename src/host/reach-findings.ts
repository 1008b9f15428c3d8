import type { Finding } from '../operation/index.ts';
import type { Reachability } from './types.ts';

/**
 * What tries between machines mean, before the firewall is opened. An answer of any kind, even
 * "prohibited", proves that packets arrive: that is the host's own firewall, which farthing opens.
 * Silence is a firewall of the network's, which it cannot.
 */
export function reachFindings(results: readonly Reachability[]): Finding[] {
  return results.flatMap(explain);
}

function explain(result: Reachability): Finding[] {
  const what = `${result.to} port ${result.port} from ${result.from}`;
  switch (result.result) {
    case 'open':
    case 'refused':
      return [];
    case 'prohibited':
      return result.port === 22
        ? []
        : [{ severity: 'mend', id: 'reach-prohibited', machine: result.to, message: `${what}: rejected by the host's own firewall` }];
    case 'no-route':
      return [
        {
          severity: 'refuse',
          id: 'reach-no-route',
          machine: result.to,
          message: `${what}: there is no way; the two are not in one network`,
          hint: `Give the address the others reach it by: machines.${result.to}.address. Machines in different networks are not built yet.`,
        },
      ];
    case 'timeout':
      return [
        {
          severity: 'refuse',
          id: 'reach-timeout',
          machine: result.to,
          message: `${what}: no answer; a firewall in the network drops it`,
          hint: 'Allow tcp 6443 and 10250 and udp 8472 between the machines (security list or group of the provider, router).',
        },
      ];
  }
}
