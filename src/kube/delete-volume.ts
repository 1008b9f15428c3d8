import { type Bytes, FarthingError, fingerprint, until } from '../common/index.ts';
import type { Handler, Operation } from '../operation/index.ts';
import { awaitGone, type KubePorts } from './apply-objects.ts';
import { ownershipOf } from './ownership.ts';
import type { Cluster, LiveObject, ObjectRef } from './types.ts';
import { nodeOfVolume } from './volumes-on-node.ts';

/** Data of a `volume.delete` operation: exactly this claim and this volume, and the namespace if nothing else is in it. */
export interface DeleteVolumeData {
  readonly namespace: string;
  readonly claim: string;
  /** Name of the PersistentVolume; undefined when the claim was never bound. */
  readonly volume: string | undefined;
}

/** Plans the removal of one kept volume, data and all. `size` in bytes, when measured. */
export function deleteVolumeOperation(
  claim: LiveObject,
  options: { readonly why: string; readonly size?: Bytes; readonly after?: readonly string[] },
): Operation<DeleteVolumeData> {
  const namespace = claim.metadata.namespace ?? '';
  const name = `${namespace}/${claim.metadata.name}`;
  const volume: string | undefined = claim.spec?.volumeName || undefined;
  const what = `volume ${name}`;
  return {
    id: `volume.delete:${name}`,
    kind: 'volume.delete',
    title: `Delete volume ${name} and its data`,
    why: options.why,
    target: { app: namespace },
    touches: [
      `PersistentVolumeClaim ${name}`,
      ...(volume ? [`PersistentVolume ${volume}`] : []),
      `Namespace ${namespace} (if nothing else is in it)`,
    ],
    destroys: [options.size === undefined ? { what } : { what, size: options.size }],
    after: options.after ?? [],
    assumes: volumeFingerprint(namespace, claim.metadata.name, volume),
    data: { namespace, claim: claim.metadata.name, volume },
  };
}

/** Bound to the very PersistentVolume that was shown: another one under the same claim is not touched. */
function volumeFingerprint(namespace: string, claim: string, volume: string | undefined): string {
  return fingerprint([namespace, claim, volume ?? null]);
}

/** `volume.delete`: removes a claim nobody uses, its volume, and the namespace when it was the last thing in it. */
export function deleteVolumeHandler({ cluster, clock }: KubePorts): Handler<DeleteVolumeData> {
  const look = async ({ namespace, claim, volume }: DeleteVolumeData) => {
    const api = await cluster();
    const [pvc, pv] = await Promise.all([
      api.get(claimRef(namespace, claim)),
      volume === undefined ? undefined : api.get(volumeRef(volume)),
    ]);
    return { pvc, pv };
  };
  return {
    kind: 'volume.delete',
    async find(operation) {
      const data = operation.data;
      const { pvc, pv } = await look(data);
      if (!pvc && !pv) return { state: 'done' };
      const bound: string | undefined = pvc ? pvc.spec?.volumeName || undefined : data.volume;
      return { state: 'pending', fingerprint: volumeFingerprint(data.namespace, data.claim, bound) };
    },
    async ensure(operation, context) {
      const api = await cluster();
      const { namespace, claim, volume } = operation.data;
      const orphaned = volume !== undefined && (await isOrphaned(api, volume));
      await refuseUsed(api, namespace, claim, orphaned);
      await api.delete(claimRef(namespace, claim));
      await awaitGone(api, clock, claimRef(namespace, claim), context);
      if (volume !== undefined) {
        context.progress(orphaned ? 'its machine is gone: only the record is removed' : 'waiting until its folder is deleted');
        const gone = await until(async () => ((await api.get(volumeRef(volume))) === undefined ? true : undefined), {
          clock,
          // The provisioner starts a pod on the volume's machine to delete the folder.
          deadline: orphaned ? 3000 : 120_000,
          every: 1000,
          most: 3000,
          signal: context.signal,
        });
        if (!gone) await giveUpVolume(api, volume);
        await awaitGone(api, clock, volumeRef(volume), context);
      }
      await removeEmptyNamespace(api, namespace, claim, () =>
        awaitGone(api, clock, { apiVersion: 'v1', kind: 'Namespace', name: namespace }, context),
      );
    },
    async verify(operation) {
      const { pvc, pv } = await look(operation.data);
      if (!pvc && !pv) return;
      throw new FarthingError('FAR-APPLY-003', `Volume ${operation.data.namespace}/${operation.data.claim} is still there.`, {
        hint: `kubectl describe ${pvc ? `pvc -n ${operation.data.namespace} ${operation.data.claim}` : `pv ${operation.data.volume}`} shows why.`,
      });
    },
  };
}

/** On a machine that is no longer in the cluster: nobody can use it or delete its folder any more. */
async function isOrphaned(api: Cluster, volume: string): Promise<boolean> {
  const pv = await api.get(volumeRef(volume));
  const node = pv && nodeOfVolume(pv);
  return node !== undefined && (await api.get({ apiVersion: 'v1', kind: 'Node', name: node })) === undefined;
}

/** Pods that wait in vain for a volume on a machine that is gone do not use it. */
async function refuseUsed(api: Cluster, namespace: string, claim: string, orphaned: boolean): Promise<void> {
  const pods = await api.list('v1', 'Pod', { namespace });
  // biome-ignore lint/suspicious/noExplicitAny: foreign data, read permissively
  const uses = (pod: LiveObject) => (pod.spec?.volumes ?? []).some((item: any) => item.persistentVolumeClaim?.claimName === claim);
  const isOver = (pod: LiveObject) => ['Succeeded', 'Failed'].includes(pod.status?.phase) || (orphaned && pod.spec?.nodeName === undefined);
  const users = pods.filter((pod) => uses(pod) && !isOver(pod));
  if (users.length === 0) return;
  throw new FarthingError(
    'FAR-APPLY-001',
    `Volume ${namespace}/${claim} is in use by ${users.map((pod) => pod.metadata.name).join(', ')}.`,
    {
      hint: 'Remove the app from farthing.yaml and run `farthing up` before pruning its volume.',
    },
  );
}

/** Nobody will ever delete the folder of a machine that is gone: the record is all there is to remove. */
async function giveUpVolume(api: Cluster, volume: string): Promise<void> {
  if (await isOrphaned(api, volume)) return api.delete(volumeRef(volume));
  if ((await api.get(volumeRef(volume))) === undefined) return;
  throw new FarthingError('FAR-APPLY-003', `The folder of volume ${volume} is not deleted yet.`, {
    hint: 'The storage add-on does that: see `farthing status` and kubectl -n kube-system logs deploy/local-path-provisioner.',
  });
}

async function removeEmptyNamespace(api: Cluster, namespace: string, claim: string, wait: () => Promise<unknown>): Promise<void> {
  const live = await api.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  if (live === undefined || ownershipOf(live) === 'foreign') return;
  const kinds = [
    ['v1', 'PersistentVolumeClaim'],
    ['v1', 'Pod'],
    ['v1', 'Service'],
    ['apps/v1', 'Deployment'],
    ['apps/v1', 'StatefulSet'],
    ['apps/v1', 'DaemonSet'],
    ['batch/v1', 'Job'],
  ] as const;
  const found = await Promise.all(kinds.map(([apiVersion, kind]) => api.list(apiVersion, kind, { namespace })));
  const others = found.flat().filter((object) => !(object.kind === 'PersistentVolumeClaim' && object.metadata.name === claim));
  if (others.length > 0) return;
  await api.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  await wait();
}

function claimRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name };
}

function volumeRef(name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'PersistentVolume', name };
}
