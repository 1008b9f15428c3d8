import type { Clock } from '../common/index.ts';
import type { Cluster } from '../kube/index.ts';
import type { AnyHandler } from '../operation/index.ts';
import type { Shell } from '../ssh/index.ts';
import { addonHandler } from './addon.ts';
import { leaveHandler } from './leave-handler.ts';
import { nodeHandler } from './node-handler.ts';
import { stageHandler } from './stage-handler.ts';

/** What the handlers of K3s need. */
export interface K3sPorts {
  readonly shell: (machine: string) => Promise<Shell>;
  readonly clock: Clock;
  /** The API of the cluster; asked only when there is one. */
  readonly cluster: () => Promise<Cluster>;
}

/** The handlers of `k3s.stage`, `k3s.server`, `k3s.agent`, `k3s.config`, `k3s.unit`, `k3s.leave` and `k3s.addon`. */
export function k3sHandlers(ports: K3sPorts): readonly AnyHandler[] {
  return [
    stageHandler(ports),
    nodeHandler(ports, 'k3s.server'),
    nodeHandler(ports, 'k3s.agent'),
    nodeHandler(ports, 'k3s.config'),
    nodeHandler(ports, 'k3s.unit'),
    leaveHandler(ports),
    addonHandler(ports),
  ];
}
