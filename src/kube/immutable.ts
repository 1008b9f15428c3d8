import type { Difference } from './differences.ts';

/** Paths the API server lets nobody change, in kinds that hold no data and may be made anew. */
const immutable: Readonly<Record<string, RegExp>> = {
  Deployment: /^spec\.selector/,
  StatefulSet: /^spec\.(selector|serviceName|podManagementPolicy|volumeClaimTemplates)/,
  Job: /^spec\.(selector|template|completionMode|completions)/,
  Service: /^spec\.clusterIP/,
  Secret: /^(type|immutable)/,
  ConfigMap: /^immutable/,
};

/** The differences that only deleting and making the object anew can settle. */
export function immutableDifferences(kind: string, differences: readonly Difference[]): Difference[] {
  const paths = immutable[kind];
  return paths ? differences.filter((difference) => paths.test(difference.path)) : [];
}

/** A claim's spec never changes: what differs there stays until the data is moved. */
export function claimDifferences(kind: string, differences: readonly Difference[]): Difference[] {
  return kind === 'PersistentVolumeClaim' ? differences.filter((difference) => difference.path.startsWith('spec.')) : [];
}
