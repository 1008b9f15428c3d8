export { type K3sFile, k3sDigest } from './k3s-digest.ts';
export { loadCatalog } from './load-catalog.ts';
export { overheadOf } from './overhead-of.ts';
export { requestOf } from './request-of.ts';
export { staleFacts } from './stale-facts.ts';
export type * from './types.ts';
