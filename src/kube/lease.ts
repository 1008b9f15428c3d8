import { type Clock, FarthingError, formatDuration } from '../common/index.ts';
import type { Manifest } from '../workloads/index.ts';
import { fieldManager } from './connect.ts';
import { refusalOf } from './refusal.ts';
import type { Cluster, LiveObject, ObjectRef } from './types.ts';
import { systemNamespace, systemNamespaceObject } from './write-inventory.ts';

/** Who wants the cluster for themselves, and how. */
export interface LeaseOptions {
  /** Shown to others: `ada@laptop (up, pid 4711)`. */
  readonly holder: string;
  readonly clock: Clock;
  /** Milliseconds without a renewal after which others may take it; default 30 s. Renewed three times as often. */
  readonly ttl?: number;
  /** Takes it from whoever holds it (`--take-over`). */
  readonly takeOver?: boolean;
  /** Whether a holder is known to be gone, e.g. a process of this computer that has ended. */
  readonly isGone?: (holder: string) => boolean;
}

/** A held lease. */
export interface HeldLease {
  /** Fires when somebody took it over or it could not be renewed in time: stop working. */
  readonly lost: AbortSignal;
  /** Stops renewing and gives it back; never fails (what is left expires). */
  release(): Promise<void>;
}

/** The lease of a cluster, as others see it. Times are ISO. */
export interface LeaseView {
  readonly holder: string;
  readonly since: string;
  readonly renewed: string;
  /** Milliseconds it is good for after `renewed`. */
  readonly ttl: number;
}

/** Where the lease is kept. */
export const leaseRef: ObjectRef & { readonly namespace: string } = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace: systemNamespace,
  name: 'farthing',
};

/**
 * Takes the cluster's lease, so that two commands never change it at once. Throws FAR-APPLY-002
 * naming the holder. Expiry is judged by our own clock: whoever loses a lease sees its next renewal
 * refused, and stops.
 */
export async function acquireLease(cluster: Cluster, options: LeaseOptions): Promise<HeldLease> {
  const ttl = options.ttl ?? 30_000;
  await ensureNamespace(cluster);
  const since = options.clock.now();
  let held = await take(cluster, options, ttl);
  const lost = new AbortController();
  const stop = new AbortController();
  const renewing = (async () => {
    let renewed = since;
    while (!stop.signal.aborted && !lost.signal.aborted) {
      await options.clock.sleep(ttl / 3, stop.signal).catch(() => {});
      if (stop.signal.aborted) return;
      try {
        held = await cluster.replace(leaseObject(options, ttl, since, held) as LiveObject);
        renewed = options.clock.now();
      } catch (thrown) {
        // Refused as outdated or missing: it is somebody else's now. A silent API may come back in time.
        const status = refusalOf(thrown)?.status;
        if (status === 409 || status === 404 || options.clock.now() - renewed >= ttl) lost.abort(lostError(thrown));
      }
    }
  })();
  return {
    lost: lost.signal,
    async release() {
      stop.abort();
      await renewing;
      const { uid, resourceVersion } = held.metadata;
      const mine = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
      await cluster.delete(leaseRef, mine).catch(() => {});
    },
  };
}

/** Reads a Lease object; undefined when nobody holds it or it has run out by `now`. */
export function readLease(live: LiveObject | undefined, now: number): LeaseView | undefined {
  const spec = live?.spec;
  if (!spec?.holderIdentity) return undefined;
  const ttl = (spec.leaseDurationSeconds ?? 30) * 1000;
  const renewed = Date.parse(spec.renewTime ?? spec.acquireTime ?? '');
  if (!(now < renewed + ttl)) return undefined;
  return { holder: spec.holderIdentity, since: iso(Date.parse(spec.acquireTime ?? spec.renewTime)), renewed: iso(renewed), ttl };
}

async function ensureNamespace(cluster: Cluster): Promise<void> {
  const { name } = systemNamespaceObject.metadata;
  if ((await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name })) === undefined) await cluster.apply(systemNamespaceObject);
}

/** One attempt after another until it is ours or somebody living holds it: a race is lost by a 409, which means looking again. */
async function take(cluster: Cluster, options: LeaseOptions, ttl: number): Promise<LiveObject> {
  for (let attempt = 1; ; attempt += 1) {
    const live = await cluster.get(leaseRef);
    const now = options.clock.now();
    const view = readLease(live, now);
    const gone = view === undefined || view.holder === options.holder || options.isGone?.(view.holder) === true;
    if (!gone && !options.takeOver) throw busy(view, now);
    try {
      const mine = leaseObject(options, ttl, now, live);
      return live ? await cluster.replace(mine as LiveObject) : await cluster.create(mine);
    } catch (thrown) {
      const status = refusalOf(thrown)?.status;
      if (attempt >= 5 || (status !== 409 && status !== 404)) throw thrown;
    }
  }
}

function leaseObject(options: LeaseOptions, ttl: number, since: number, live: LiveObject | undefined): Manifest {
  const version = live?.metadata.resourceVersion;
  return {
    apiVersion: leaseRef.apiVersion,
    kind: leaseRef.kind,
    metadata: {
      name: leaseRef.name,
      namespace: leaseRef.namespace,
      labels: { 'app.kubernetes.io/managed-by': fieldManager },
      ...(version ? { resourceVersion: version } : {}),
    },
    spec: {
      holderIdentity: options.holder,
      leaseDurationSeconds: Math.max(1, Math.round(ttl / 1000)),
      acquireTime: micro(since),
      renewTime: micro(options.clock.now()),
    },
  };
}

function busy(view: LeaseView, now: number): FarthingError {
  const ago = formatDuration(Math.max(0, now - Date.parse(view.since)));
  return new FarthingError('FAR-APPLY-002', `${view.holder} has been at work on this cluster for ${ago} (since ${view.since}).`, {
    hint: `Wait until it is done. If it was killed, its hold ends ${formatDuration(view.ttl)} after its last sign of life (${view.renewed}); --take-over takes it at once.`,
  });
}

function lostError(cause: unknown): FarthingError {
  return new FarthingError(
    'FAR-APPLY-002',
    'Another farthing has taken over the work on this cluster, or the API was silent for too long.',
    {
      cause,
      hint: 'Nothing more is started here. Run the command again when the other one is done.',
    },
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** MicroTime wants six digits. */
function micro(ms: number): string {
  return iso(ms).replace(/(\.\d{3})Z$/, '$1000Z');
}
