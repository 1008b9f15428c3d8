export { condenseNode } from './condense-node.ts';
export { inventoryObject, inventoryRef, parseInventory } from './inventory.ts';
export { type ObserveOptions, observe } from './observe.ts';
export { readCluster } from './read-cluster.ts';
export {
  type AppStatus,
  type MachineStatus,
  type Problem,
  type ServiceStatus,
  type Status,
  statusOf,
  type VolumeStatus,
} from './status.ts';
export type * from './types.ts';
