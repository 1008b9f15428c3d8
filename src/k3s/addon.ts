import { FarthingError, until } from '../common/index.ts';
import type { Handler, Operation } from '../operation/index.ts';
import type { K3sPorts } from './k3s-handlers.ts';

/** Data of `k3s.addon`: an add-on by the name of its manifest, and the server it runs on. */
export interface AddonData {
  readonly machine: string;
  readonly name: string;
}

/** The packaged manifests of the add-ons farthing counts on: k3s-io/k3s manifests/. */
const packaged: Readonly<Record<string, { readonly file: string; readonly deployment: string; readonly storageClass?: string }>> = {
  coredns: { file: 'coredns.yaml', deployment: 'coredns' },
  'local-storage': { file: 'local-storage.yaml', deployment: 'local-path-provisioner', storageClass: 'local-path' },
};

/**
 * Puts a packaged add-on back. K3s applies its manifests only at a start or when the file changes, so
 * an add-on somebody deleted or scaled down stays so. undefined for one that farthing does not know.
 */
export function addonOperation(
  server: string,
  addon: { readonly name: string; readonly problem: string },
  after: readonly string[],
): Operation<AddonData> | undefined {
  const known = packaged[addon.name];
  if (!known) return undefined;
  return {
    id: `k3s.addon:${addon.name}`,
    kind: 'k3s.addon',
    title: `Put the add-on ${addon.name} back`,
    why: addon.problem,
    target: { machine: server },
    touches: [`Deployment kube-system/${known.deployment} and what comes with it`],
    destroys: [],
    after,
    assumes: '',
    data: { machine: server, name: addon.name },
  };
}

// The manifest leaves the number of replicas to whoever changed it last: one is what K3s starts with.
const script = `
set -eu
kubectl() { k3s kubectl --cache-dir=/var/lib/farthing/kubectl "$@"; }
kubectl apply --server-side --force-conflicts -f "/var/lib/rancher/k3s/server/manifests/$1"
test "$(kubectl -n kube-system get deployment "$2" -o 'jsonpath={.spec.replicas}')" != 0 || kubectl -n kube-system scale deployment "$2" --replicas=1
`;

/** `k3s.addon`: applies the packaged manifest on the server and waits until the Deployment is available. */
export function addonHandler({ shell, clock, cluster }: K3sPorts): Handler<AddonData> {
  const isWell = async (name: string) => {
    const { deployment, storageClass } = packaged[name] ?? { deployment: name };
    const api = await cluster();
    const live = await api.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'kube-system', name: deployment });
    if ((live?.status?.availableReplicas ?? 0) < Math.max(1, live?.spec?.replicas ?? 1)) return false;
    return (
      storageClass === undefined ||
      (await api.get({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: storageClass })) !== undefined
    );
  };
  return {
    kind: 'k3s.addon',
    find: async ({ data }) => ((await isWell(data.name)) ? { state: 'done' } : { state: 'pending', fingerprint: '' }),
    ensure: async ({ data }, { signal }) => {
      await (await shell(data.machine)).run(script, {
        args: [packaged[data.name]?.file ?? '', packaged[data.name]?.deployment ?? ''],
        signal,
      });
    },
    verify: async ({ data }, { signal }) => {
      const well = await until(async () => ((await isWell(data.name)) ? true : undefined), {
        clock,
        deadline: 180_000,
        every: 500,
        most: 2000,
        signal,
      });
      if (!well) {
        throw new FarthingError('FAR-KUBE-003', `the add-on ${data.name} is back but does not become ready`, {
          hint: `See why: farthing ssh ${data.machine} sudo k3s kubectl -n kube-system describe deployment ${packaged[data.name]?.deployment}`,
        });
      }
    },
  };
}
