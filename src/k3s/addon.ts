import { FarthingError, until } from '../common/index.ts';
import type { Handler, Operation } from '../operation/index.ts';
import type { K3sPorts } from './k3s-handlers.ts';

/** Data of `k3s.addon`: a Deployment of kube-system that K3s ships, and the server it runs on. */
export interface AddonData {
  readonly machine: string;
  readonly name: string;
}

/** The packaged manifests of the add-ons farthing counts on: k3s-io/k3s manifests/. */
const manifests: Readonly<Record<string, string>> = { coredns: 'coredns.yaml', 'local-path-provisioner': 'local-storage.yaml' };

/**
 * Puts a packaged add-on back. K3s applies its manifests only at a start or when the file changes, so
 * an add-on somebody deleted or scaled down stays so. undefined for one that farthing does not know.
 */
export function addonOperation(
  server: string,
  addon: { readonly name: string; readonly problem: string },
  after: readonly string[],
): Operation<AddonData> | undefined {
  if (manifests[addon.name] === undefined) return undefined;
  return {
    id: `k3s.addon:${addon.name}`,
    kind: 'k3s.addon',
    title: `Put the add-on ${addon.name} back`,
    why: addon.problem,
    target: { machine: server },
    touches: [`Deployment kube-system/${addon.name} and what comes with it`],
    destroys: [],
    after,
    assumes: '',
    data: { machine: server, name: addon.name },
  };
}

// The manifest leaves the number of replicas to whoever changed it last: one is what K3s starts with.
const script = `
set -eu
k3s kubectl apply --server-side --force-conflicts -f "/var/lib/rancher/k3s/server/manifests/$1"
test "$(k3s kubectl -n kube-system get deployment "$2" -o 'jsonpath={.spec.replicas}')" != 0 || k3s kubectl -n kube-system scale deployment "$2" --replicas=1
`;

/** `k3s.addon`: applies the packaged manifest on the server and waits until the Deployment is available. */
export function addonHandler({ shell, clock, cluster }: K3sPorts): Handler<AddonData> {
  const isWell = async (name: string) => {
    const live = await (await cluster()).get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'kube-system', name });
    return (live?.status?.availableReplicas ?? 0) >= Math.max(1, live?.spec?.replicas ?? 1);
  };
  return {
    kind: 'k3s.addon',
    find: async ({ data }) => ((await isWell(data.name)) ? { state: 'done' } : { state: 'pending', fingerprint: '' }),
    ensure: async ({ data }, { signal }) => {
      await (await shell(data.machine)).run(script, { args: [manifests[data.name] ?? '', data.name], signal });
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
          hint: `See why: farthing ssh ${data.machine} sudo k3s kubectl -n kube-system describe deployment ${data.name}`,
        });
      }
    },
  };
}
