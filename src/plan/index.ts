export type { PlanInput } from './input.ts';
export { type DownInput, planDown } from './plan-down.ts';
export { planPrune } from './plan-prune.ts';
export { planUp, renderedApps } from './plan-up.ts';
export type * from './types.ts';
