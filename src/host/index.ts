export { type FirewallData, firewallOperation } from './firewall-operation.ts';
export { type HostPorts, hostHandlers } from './host-handlers.ts';
export { type OwnerData, ownerOperation } from './owner-operation.ts';
export { parseFacts } from './parse-facts.ts';
export type { FirewallNeeds } from './plan-firewall.ts';
export { readHostFacts } from './read-facts.ts';
export { type ReleaseData, releaseOperation } from './release-handler.ts';
export { runWork, type Work } from './run-work.ts';
export type * from './types.ts';
