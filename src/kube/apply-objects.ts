import { type Clock, FarthingError, until } from '../common/index.ts';
import type { Handler, RunContext } from '../operation/index.ts';
import type { Manifest } from '../workloads/index.ts';
import { describe, refOf } from './connect.ts';
import { compareObjects, type Difference, differences } from './differences.ts';
import { immutableDifferences } from './immutable.ts';
import { kindRank } from './object-id.ts';
import type { ObjectsData } from './objects-operation.ts';
import { fingerprintObjects, pairObjects } from './objects-state.ts';
import { refuseForeign } from './ownership.ts';
import { refusalOf } from './refusal.ts';
import type { Cluster, LiveObject, ObjectRef } from './types.ts';

/** What the handlers of this room run on. `cluster` is called when it is first needed. */
export interface KubePorts {
  readonly cluster: () => Promise<Cluster>;
  readonly clock: Clock;
}

/** `kube.objects`: applies the objects of one app, one by one, in the order they need each other. */
export function objectsHandler({ cluster, clock }: KubePorts): Handler<ObjectsData> {
  const look = async (objects: readonly Manifest[]) => {
    const api = await cluster();
    const live = await Promise.all(objects.map((object) => api.get(refOf(object))));
    for (const [i, object] of objects.entries()) refuseForeign(object, live[i]);
    return pairObjects(
      objects,
      live.filter((object) => object !== undefined),
    );
  };
  return {
    kind: 'kube.objects',
    async find(operation) {
      const fingerprint = fingerprintObjects(await look(operation.data.objects));
      return fingerprint === '' ? { state: 'done' } : { state: 'pending', fingerprint };
    },
    async ensure(operation, context) {
      const api = await cluster();
      const ordered = [...operation.data.objects].sort((a, b) => kindRank(a.kind) - kindRank(b.kind));
      for (const object of ordered) {
        context.signal.throwIfAborted();
        await ensureObject(api, clock, object, context);
      }
    },
    async verify(operation) {
      const wrong = (await look(operation.data.objects)).filter((state) => state.differences.length > 0);
      if (wrong.length === 0) return;
      const list = wrong.map(
        (state) =>
          `${describe(state.desired.kind, state.desired.metadata)} (${differences(state.desired, state.live).slice(0, 3).join(', ')})`,
      );
      throw new FarthingError('FAR-APPLY-003', `After applying, these are still not as wanted: ${list.join('; ')}.`, {
        hint: 'Somebody else (a controller, another person) may be changing them at the same time: `kubectl get -o yaml --show-managed-fields` names who.',
      });
    },
  };
}

/** Makes one object as wanted: apply, take conflicting fields back, remove what others put in, make anew what cannot change. */
export async function ensureObject(api: Cluster, clock: Clock, desired: Manifest, context: RunContext): Promise<void> {
  const ref = refOf(desired);
  const name = describe(desired.kind, desired.metadata);
  let live = await api.get(ref);
  refuseForeign(desired, live);
  if (live?.metadata.deletionTimestamp !== undefined) {
    context.progress(`${name}: waiting until the old one is gone`);
    live = await awaitGone(api, clock, ref, context);
  }
  const found = compareObjects(desired, live);
  if (found.length === 0) return;
  if (live && immutableDifferences(desired.kind, found).length > 0) {
    context.progress(`${name}: made anew`);
    await api.delete(ref, { propagation: 'Foreground', ...(live.metadata.uid ? { uid: live.metadata.uid } : {}) });
    live = await awaitGone(api, clock, ref, context);
  }
  context.progress(name);
  await clearRollingUpdate(api, desired, live);
  const applied = await applyTakingBack(api, desired, context);
  for (const warning of applied.warnings) context.progress(`${name}: the API server warns: ${warning}`);
  await removeExtras(api, desired, applied.object, context);
}

/** Applies; fields somebody else has set are named and then taken back. */
async function applyTakingBack(api: Cluster, desired: Manifest, context: RunContext) {
  try {
    return await api.apply(desired);
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    if (refusal?.status !== 409 || refusal.reason !== 'Conflict') throw thrown;
    const name = describe(desired.kind, desired.metadata);
    for (const cause of refusal.causes) {
      const who = /conflict with "([^"]*)"/.exec(cause.message)?.[1] ?? 'somebody else';
      context.progress(`${name}: taking ${cause.field} back from ${who}`);
    }
    return api.apply(desired, { force: true });
  }
}

/** Removes list items and map keys others have added where the list is wholly ours: an apply leaves those be. */
async function removeExtras(api: Cluster, desired: Manifest, live: LiveObject, context: RunContext): Promise<void> {
  const extras = compareObjects(desired, live).filter((difference) => difference.problem === 'extra' && difference.pointer);
  if (extras.length === 0) return;
  context.progress(`${describe(desired.kind, desired.metadata)}: removing ${extras.map((extra) => extra.path).join(', ')}`);
  // From the back, so that indexes stay true; only on the very version that was looked at.
  const removals = extras
    .sort((a, b) => fromTheBack(a.pointer ?? [], b.pointer ?? []))
    .map((extra) => ({ op: 'remove', path: jsonPointer(extra) }));
  const test = { op: 'test', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion };
  await api.patch(refOf(desired), [test, ...removals]);
}

function fromTheBack(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const [left = 0, right = 0] = [a[i], b[i]];
    if (left === right) continue;
    return typeof left === 'number' && typeof right === 'number' ? right - left : String(right).localeCompare(String(left));
  }
  return b.length - a.length;
}

function jsonPointer(difference: Difference): string {
  return (difference.pointer ?? []).map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Recreate forbids the rollingUpdate block that the server's own defaults left behind, and an apply cannot take it away. */
async function clearRollingUpdate(api: Cluster, desired: Manifest, live: LiveObject | undefined): Promise<void> {
  const spec = desired.spec as { strategy?: { type?: string } } | undefined;
  if (desired.kind !== 'Deployment' || spec?.strategy?.type !== 'Recreate' || !live?.spec?.strategy?.rollingUpdate) return;
  await api.patch(refOf(desired), { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } });
}

/** Waits until an object that is being deleted is gone; FAR-APPLY-003 after three minutes. */
export async function awaitGone(
  api: Cluster,
  clock: Clock,
  ref: ObjectRef,
  context: Pick<RunContext, 'signal'>,
  deadline = 180_000,
): Promise<undefined> {
  const gone = await until(async () => ((await api.get(ref)) === undefined ? true : undefined), {
    clock,
    deadline,
    every: 500,
    most: 3000,
    signal: context.signal,
  });
  if (gone) return undefined;
  throw new FarthingError('FAR-APPLY-003', `${describe(ref.kind, ref)} is being deleted but does not go away.`, {
    hint: `See what holds it: kubectl ${ref.namespace ? `-n ${ref.namespace} ` : ''}get ${ref.kind.toLowerCase()} ${ref.name} -o yaml shows its finalizers.`,
  });
}
