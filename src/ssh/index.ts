export { knownHostKeys } from './known-host-keys.ts';
export { openShells, type ShellMachine, type ShellsOptions } from './open-shells.ts';
export type * from './types.ts';
