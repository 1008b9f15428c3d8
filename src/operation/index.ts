export type { AnyHandler, Destruction, Finding, Found, Handler, Operation, RunContext, Target, Unknown } from './types.ts';
