import { FarthingError } from '../common/index.ts';
import { probeReach, type Reachability } from '../host/index.ts';
import type { RunContext } from '../operation/index.ts';
import type { Shell } from '../ssh/index.ts';
import { apiPort } from './paths.ts';
import type { NodeData } from './types.ts';

const causes: Readonly<Partial<Record<Reachability['result'], readonly [message: string, hint: string]>>> = {
  prohibited: [
    'its own firewall rejects it',
    "Something on the server rejects it before farthing's rules: farthing ssh SERVER sudo iptables -S INPUT",
  ],
  timeout: [
    'no answer; a firewall between the machines drops it',
    'Allow tcp 6443 and 10250 and udp 8472 between the machines (security list or group of the provider, router).',
  ],
  'no-route': ['there is no way to it', 'Give the address that the other machines reach it by: machines.SERVER.address'],
};

/**
 * Before an agent is started: can its host reach the server at all? An agent that cannot says so
 * only in its journal, and tries for ever. A refused connection is no verdict: the server may be
 * restarting.
 */
export async function checkWay(host: Shell, data: NodeData, context: RunContext): Promise<void> {
  const address = /^server: https:\/\/(.+):\d+$/m.exec(data.files.config)?.[1];
  if (address === undefined) return;
  const target = { to: data.server, address, port: apiPort };
  const [reach] = await probeReach(host, [target], { signal: context.signal });
  const [message, hint] = (reach && causes[reach.result]) ?? [];
  if (message === undefined || hint === undefined) return;
  throw new FarthingError('FAR-K3S-003', `${data.machine} cannot reach port ${apiPort} of ${data.server} (${address}): ${message}`, {
    hint: hint.replaceAll('SERVER', data.server),
  });
}
