export { type ApplyOptions, applyPlan } from './apply-plan.ts';
export type { ApplyEvent, Outcome } from './types.ts';
