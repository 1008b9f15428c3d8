export { recallImages } from './image-record.ts';
export type { AppInput } from './input.ts';
export { type RenderInput, renderApp } from './render-app.ts';
export { toYaml } from './to-yaml.ts';
export type * from './types.ts';
export { unitsOf } from './units-of.ts';
