export { type LoadedProject, type LoadOptions, loadProject } from './load-project.ts';
export { volumeName } from './read-volume-keys.ts';
export type * from './types.ts';
