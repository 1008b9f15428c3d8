export { archesOf } from './arches-of.ts';
export { parseImageRef } from './image-ref.ts';
export { createRegistryClient, type RegistryClient, type RegistryClientOptions } from './registry-client.ts';
export type * from './types.ts';
