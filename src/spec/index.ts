export { configJsonSchema } from './config-json-schema.ts';
export { configReference } from './config-reference.ts';
export { type InitOptions, initSpec } from './init-spec.ts';
export { parseSpec, type SpecOptions } from './parse-spec.ts';
export { setInYaml, type YamlValue } from './set-in-yaml.ts';
export type * from './types.ts';
