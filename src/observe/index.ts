export { inventoryObject } from './inventory.ts';
export { type ObserveOptions, observe } from './observe.ts';
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
