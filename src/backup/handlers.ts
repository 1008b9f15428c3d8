import type { KubePorts } from '../kube/index.ts';
import type { AnyHandler } from '../operation/index.ts';
import { backupHandler } from './backup-handler.ts';
import { restoreHandler } from './restore-handler.ts';

/** The handlers of every kind of operation this room knows. */
export function backupHandlers(ports: KubePorts): AnyHandler[] {
  return [backupHandler(ports), restoreHandler(ports)];
}
