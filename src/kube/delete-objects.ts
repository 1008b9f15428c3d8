import { FarthingError, fingerprint } from '../common/index.ts';
import type { Handler, Operation } from '../operation/index.ts';
import { awaitGone, type KubePorts } from './apply-objects.ts';
import { describe } from './connect.ts';
import { kindRank, objectId } from './object-id.ts';
import { ownershipOf } from './ownership.ts';
import type { Cluster, LiveObject, ObjectRef } from './types.ts';

/** Data of a `kube.delete` operation. */
export interface DeleteData {
  readonly objects: readonly ObjectRef[];
}

/** Kinds that hold data: only `volume.delete` touches them. */
const dataKinds = new Set(['PersistentVolumeClaim', 'PersistentVolume']);

/**
 * Plans the removal of an app's objects. Claims among `objects` are left out, and the namespace
 * too as long as `claims` names any in it: volumes outlive apps.
 */
export function deleteOperation(
  app: string,
  objects: readonly ObjectRef[],
  options: { readonly why: string; readonly claims: readonly LiveObject[]; readonly whole: boolean; readonly after?: readonly string[] },
): Operation<DeleteData> | undefined {
  const holdsData = (ref: ObjectRef) => ref.kind === 'Namespace' && options.claims.some((claim) => claim.metadata.namespace === ref.name);
  const refs = objects.filter((ref) => !dataKinds.has(ref.kind) && !holdsData(ref));
  if (refs.length === 0) return undefined;
  return {
    id: `kube.delete:${app}`,
    kind: 'kube.delete',
    title: options.whole ? `Remove ${app}` : `Remove from ${app}: ${refs.map((ref) => `${ref.kind} ${ref.name}`).join(', ')}`,
    why: options.why,
    target: { app },
    touches: refs.map((ref) => describe(ref.kind, ref)),
    destroys: [],
    after: options.after ?? [],
    assumes: '',
    data: { objects: refs },
  };
}

/** `kube.delete`: removes named objects of ours and waits until they are gone. Refuses what holds data. */
export function deleteHandler({ cluster, clock }: KubePorts): Handler<DeleteData> {
  const left = async (refs: readonly ObjectRef[]): Promise<ObjectRef[]> => {
    const api = await cluster();
    const there = await Promise.all(refs.map(async (ref) => ({ ref, removable: await isRemovable(api, ref) })));
    return there.filter(({ removable }) => removable).map(({ ref }) => ref);
  };
  return {
    kind: 'kube.delete',
    async find(operation) {
      const refs = await left(operation.data.objects);
      return refs.length === 0 ? { state: 'done' } : { state: 'pending', fingerprint: fingerprint(refs.map(objectId).sort()) };
    },
    async ensure(operation, context) {
      const api = await cluster();
      const refs = [...(await left(operation.data.objects))].sort((a, b) => kindRank(b.kind) - kindRank(a.kind));
      for (const ref of refs) {
        context.signal.throwIfAborted();
        context.progress(`removing ${describe(ref.kind, ref)}`);
        // Foreground: the object is gone only after its pods are, so that nothing holds a volume any more.
        await api.delete(ref, { propagation: 'Foreground' });
        if (kindRank(ref.kind) >= kindRank('Job')) await awaitGone(api, clock, ref, context);
      }
      for (const ref of refs) await awaitGone(api, clock, ref, context);
    },
    async verify(operation) {
      const rest = await left(operation.data.objects);
      if (rest.length === 0) return;
      throw new FarthingError('FAR-APPLY-003', `Still there: ${rest.map((ref) => describe(ref.kind, ref)).join(', ')}.`, {
        hint: 'Run the command again; if they stay, `kubectl get -o yaml` shows what holds them.',
      });
    },
  };
}

/** Whether the object is there and may go: ours, and, a namespace, without claims. */
async function isRemovable(api: Cluster, ref: ObjectRef): Promise<boolean> {
  if (dataKinds.has(ref.kind))
    throw new FarthingError('FAR-BUG-001', `${describe(ref.kind, ref)} holds data and is not removed by kube.delete`);
  const live = await api.get(ref);
  if (live === undefined || ownershipOf(live) === 'foreign') return false;
  if (ref.kind !== 'Namespace') return true;
  return (await api.list('v1', 'PersistentVolumeClaim', { namespace: ref.name })).length === 0;
}
