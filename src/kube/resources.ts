import { FarthingError } from '../common/index.ts';

/** How a kind is addressed. */
export interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

/**
 * Kinds farthing reads and writes itself, so that the common path needs no discovery request.
 * Stable API: plural and scope of these never change.
 */
const known: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  v1: {
    ConfigMap: 'configmaps',
    Event: 'events',
    PersistentVolumeClaim: 'persistentvolumeclaims',
    Pod: 'pods',
    Secret: 'secrets',
    Service: 'services',
    ServiceAccount: 'serviceaccounts',
    Namespace: '/namespaces',
    Node: '/nodes',
    PersistentVolume: '/persistentvolumes',
  },
  'apps/v1': { DaemonSet: 'daemonsets', Deployment: 'deployments', ReplicaSet: 'replicasets', StatefulSet: 'statefulsets' },
  'batch/v1': { CronJob: 'cronjobs', Job: 'jobs' },
  'coordination.k8s.io/v1': { Lease: 'leases' },
  'networking.k8s.io/v1': { Ingress: 'ingresses', NetworkPolicy: 'networkpolicies' },
  'policy/v1': { PodDisruptionBudget: 'poddisruptionbudgets' },
  'rbac.authorization.k8s.io/v1': {
    ClusterRole: '/clusterroles',
    ClusterRoleBinding: '/clusterrolebindings',
    Role: 'roles',
    RoleBinding: 'rolebindings',
  },
  'storage.k8s.io/v1': { StorageClass: '/storageclasses' },
};

/** The kind from the table, without asking anybody. */
export function knownResource(apiVersion: string, kind: string): Resource | undefined {
  const entry = known[apiVersion]?.[kind];
  if (entry === undefined) return undefined;
  return entry.startsWith('/') ? { plural: entry.slice(1), namespaced: false } : { plural: entry, namespaced: true };
}

/** Finds a kind in the table, else in the server's discovery document, read once a connection. */
export function resourceFinder(discover: (path: string) => Promise<unknown>): (apiVersion: string, kind: string) => Promise<Resource> {
  const documents = new Map<string, Promise<unknown>>();
  return async (apiVersion, kind) => {
    const table = knownResource(apiVersion, kind);
    if (table) return table;
    const root = apiRoot(apiVersion);
    const document = documents.get(root) ?? discover(root);
    documents.set(root, document);
    // A failed look is not remembered: the definition may be installed a moment later.
    document.catch(() => documents.delete(root));
    const list = ((await document) as { resources?: { name: string; kind: string; namespaced: boolean }[] }).resources ?? [];
    const found = list.find((item) => item.kind === kind && !item.name.includes('/'));
    if (found) return { plural: found.name, namespaced: found.namespaced };
    documents.delete(root);
    throw new FarthingError('FAR-KUBE-002', `The cluster does not know the kind ${kind} of ${apiVersion}.`, {
      cause: { status: 404, reason: 'NotFound', message: '', causes: [], retryAfter: undefined },
    });
  };
}

/** `/api/v1` or `/apis/<group>/<version>`. */
export function apiRoot(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The URL path of a collection or, with a name, of one object. */
export function resourcePath(
  apiVersion: string,
  resource: Resource,
  at: { readonly namespace?: string | undefined; readonly name?: string },
): string {
  const scope = resource.namespaced && at.namespace !== undefined ? `/namespaces/${encodeURIComponent(at.namespace)}` : '';
  const name = at.name === undefined ? '' : `/${encodeURIComponent(at.name)}`;
  if (at.name !== undefined && resource.namespaced && at.namespace === undefined) {
    throw new FarthingError('FAR-BUG-001', `${resource.plural} ${at.name} was asked for without a namespace.`);
  }
  return `${apiRoot(apiVersion)}${scope}/${resource.plural}${name}`;
}
