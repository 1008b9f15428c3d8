import { type Cluster, type LiveObject, managedByLabel, systemNamespace } from '../kube/index.ts';
import type { BackupRecord } from './types.ts';

/** The ConfigMap that holds what was backed up and restored last, a key an app. */
export const recordsRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: systemNamespace, name: 'farthing-backups' } as const;

/** Reads the records; what cannot be read is as good as none. */
export function parseRecords(live: LiveObject | undefined): Readonly<Record<string, BackupRecord>> {
  const entries = Object.entries((live?.data ?? {}) as Record<string, string>);
  return Object.fromEntries(
    entries.flatMap(([key, text]) => {
      try {
        return [[key.replace(/\.json$/, ''), JSON.parse(text) as BackupRecord] as const];
      } catch {
        return [];
      }
    }),
  );
}

/** Adds to the record of one app. The caller holds the lease, so nobody else writes it. */
export async function writeRecord(api: Cluster, app: string, change: BackupRecord): Promise<void> {
  const live = await api.get(recordsRef);
  const before = parseRecords(live)[app] ?? {};
  const data = { ...((live?.data ?? {}) as Record<string, string>), [`${app}.json`]: JSON.stringify({ ...before, ...change }) };
  const { namespace, name } = recordsRef;
  await api.apply(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels: { [managedByLabel]: 'farthing' } }, data },
    { force: true },
  );
}
