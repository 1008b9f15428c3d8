export { type ConnectOptions, connect, describe, fieldManager, refOf } from './connect.ts';
export { connectThrough } from './connect-through.ts';
export { type Refusal, refusalOf } from './refusal.ts';
export type * from './types.ts';
