import type { AnyHandler } from '../operation/index.ts';
import { type KubePorts, objectsHandler } from './apply-objects.ts';
import { deleteNodeHandler } from './delete-node.ts';
import { deleteHandler } from './delete-objects.ts';
import { deleteVolumeHandler } from './delete-volume.ts';
import { drainHandler } from './drain-node.ts';
import { rolloutHandler } from './rollout.ts';
import { inventoryHandler } from './write-inventory.ts';

/** The handlers of every kind of operation this room knows. */
export function kubeHandlers(ports: KubePorts): AnyHandler[] {
  return [
    objectsHandler(ports),
    rolloutHandler(ports),
    deleteHandler(ports),
    drainHandler(ports),
    deleteNodeHandler(ports),
    deleteVolumeHandler(ports),
    inventoryHandler(ports),
  ];
}
