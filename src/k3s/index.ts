export type { JoinFailure } from './explain-join.ts';
export { k3sDrift } from './k3s-drift.ts';
export { type K3sPorts, k3sHandlers } from './k3s-handlers.ts';
export { agentConfig, nodeAddress, serverConfig } from './node-config.ts';
export { configOperation, leaveOperation, nodeOperation, stageOperation, unitOperation } from './operations.ts';
export { type RegistriesConfig, type RegistryInputs, registriesConfig } from './registries-config.ts';
export { type Download, digestFor, type Release, releaseFor, releaseUrls } from './release.ts';
export { readServerToken } from './tokens.ts';
export type * from './types.ts';
