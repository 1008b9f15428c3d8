export { configJsonSchema } from './config-json-schema.ts';
export { parseSpec, type SpecOptions } from './parse-spec.ts';
export type * from './types.ts';
