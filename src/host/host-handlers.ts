import type { Clock } from '../common/index.ts';
import type { AnyHandler } from '../operation/index.ts';
import type { Shell } from '../ssh/index.ts';
import { firewallHandler } from './firewall-handler.ts';
import { ownerHandler } from './owner-handler.ts';
import { releaseHandler } from './release-handler.ts';

/** What handlers of host work need. */
export interface HostPorts {
  readonly shell: (machine: string) => Promise<Shell>;
  readonly clock: Clock;
}

/** The handlers of `host.owner`, `host.firewall` and `host.release`. */
export function hostHandlers(ports: HostPorts): readonly AnyHandler[] {
  return [ownerHandler(ports), firewallHandler(ports), releaseHandler(ports)];
}
