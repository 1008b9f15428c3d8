import { FarthingError } from '../common/index.ts';
import type { Cluster, LiveObject } from '../kube/index.ts';
import type { Spec } from '../spec/index.ts';

/** Throws FAR-KUBE-004 unless the file has such an app. */
export function requireApp(spec: Spec, app: string): void {
  if (spec.apps.some((entry) => entry.name === app)) return;
  const known = spec.apps.map((entry) => entry.name).join(', ') || 'none';
  throw new FarthingError('FAR-KUBE-004', `${spec.file} has no app ${app}`, { hint: `Its apps: ${known}.` });
}

/** The pods of an app, or of one service of it, those that run first. Throws FAR-KUBE-004 when there are none. */
export async function podsOf(cluster: Cluster, app: string, service?: string): Promise<LiveObject[]> {
  const labels = service === undefined ? 'app.kubernetes.io/managed-by=farthing' : `app.kubernetes.io/name=${service}`;
  const pods = (await cluster.list('v1', 'Pod', { namespace: app, labels })).filter((pod) => pod.metadata.deletionTimestamp === undefined);
  if (pods.length === 0) {
    throw new FarthingError('FAR-KUBE-004', service === undefined ? `${app} has no pods` : `${app} has no pods of a service ${service}`, {
      hint: 'See `farthing status` for what runs, and the compose file for the names of the services.',
    });
  }
  return pods.sort(
    (a, b) =>
      Number(b.status?.phase === 'Running') - Number(a.status?.phase === 'Running') || a.metadata.name.localeCompare(b.metadata.name),
  );
}

/** The name of the main container of a pod: the first that is not an init container. */
export function mainContainer(pod: LiveObject): string {
  return String(pod.spec?.containers?.[0]?.name ?? '');
}
