import { afterEach, describe, expect, it } from 'vitest';
import { type OpenMemory, openMemory } from '../../test/kube-api/open-memory.ts';
import { acquireLease, leaseRef, readLease } from './lease.ts';

let open: OpenMemory | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});
const key = 'leases/farthing-system/farthing';
const holder = (object: { spec?: { holderIdentity?: string } } | undefined) => object?.spec?.holderIdentity;

/** A clock whose sleeps end when told to. */
function handClock(start = Date.UTC(2026, 0, 1)) {
  let now = start;
  const sleeping: { until: number; wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((wake, reject) => {
        sleeping.push({ until: now + ms, wake });
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      }),
    async pass(ms: number) {
      now += ms;
      for (const one of sleeping.filter((item) => item.until <= now)) one.wake();
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

describe('acquireLease', () => {
  it('is held, renewed and given back', async () => {
    open = await openMemory();
    const clock = handClock();
    const lease = await acquireLease(open.cluster, { holder: 'ada', clock });
    expect(open.store.get(key).spec).toMatchObject({
      holderIdentity: 'ada',
      leaseDurationSeconds: 30,
      renewTime: '2026-01-01T00:00:00.000000Z',
    });
    await clock.pass(10_000);
    await expect
      .poll(() => open?.store.get(key).spec)
      .toMatchObject({
        acquireTime: '2026-01-01T00:00:00.000000Z',
        renewTime: '2026-01-01T00:00:10.000000Z',
      });
    await lease.release();
    expect(open.store.has(key)).toBe(false);
    expect(lease.lost.aborted).toBe(false);
  });

  it('names who holds it, since when, and how to take over', async () => {
    open = await openMemory();
    const clock = handClock();
    const lease = await acquireLease(open.cluster, { holder: 'ada@laptop', clock });
    await clock.pass(10_000);
    const second = acquireLease(open.cluster, { holder: 'bob', clock });
    await expect(second).rejects.toMatchObject({
      code: 'FAR-APPLY-002',
      message: 'ada@laptop has been at work on this cluster for 10 s (since 2026-01-01T00:00:00.000Z).',
      hint: expect.stringContaining('--take-over'),
    });
    await lease.release();
  });

  it('falls to the next one when its holder was killed', async () => {
    open = await openMemory();
    const dead = handClock();
    await acquireLease(open.cluster, { holder: 'ada', clock: dead });
    const clock = handClock(dead.now() + 29_000);
    await expect(acquireLease(open.cluster, { holder: 'bob', clock })).rejects.toMatchObject({ code: 'FAR-APPLY-002' });
    // Known to be gone: no need to wait.
    const early = await acquireLease(open.cluster, { holder: 'eve', clock, isGone: (who) => who === 'ada' });
    expect(holder(open.store.get(key))).toBe('eve');
    await early.release();
    await acquireLease(open.cluster, { holder: 'ada', clock: dead });
    await acquireLease(open.cluster, { holder: 'bob', clock: handClock(dead.now() + 31_000) });
    expect(holder(open.store.get(key))).toBe('bob');
  });

  it('tells the old holder when it is taken over', async () => {
    open = await openMemory();
    const clock = handClock();
    const first = await acquireLease(open.cluster, { holder: 'ada', clock });
    const second = await acquireLease(open.cluster, { holder: 'bob', clock, takeOver: true });
    await clock.pass(10_000);
    await expect.poll(() => first.lost.aborted, { timeout: 5000 }).toBe(true);
    expect(first.lost.reason).toMatchObject({ code: 'FAR-APPLY-002' });
    expect(second.lost.aborted).toBe(false);
    // Giving back what is no longer ours does not take it from the new holder.
    await first.release();
    expect(holder(open.store.get(key))).toBe('bob');
    await second.release();
  });

  it('is lost when the API is silent for longer than it is good for, not before', async () => {
    open = await openMemory();
    const clock = handClock();
    const lease = await acquireLease(open.cluster, { holder: 'ada', clock });
    await open.close();
    for (const [ms, lost] of [
      [10_000, false],
      [10_000, false],
      [10_000, true],
    ] as const) {
      await clock.pass(ms);
      await expect.poll(() => lease.lost.aborted, { timeout: 5000 }).toBe(lost);
    }
    open = undefined;
  });

  it('is won by one of many', async () => {
    open = await openMemory();
    const { cluster } = open;
    const clock = handClock();
    const tries = await Promise.allSettled(Array.from({ length: 5 }, (_, i) => acquireLease(cluster, { holder: `h${i}`, clock })));
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    for (const one of tries) if (one.status === 'fulfilled') await one.value.release();
  });
});

describe('readLease', () => {
  it('reads what others wrote, and nothing from an unheld one', () => {
    const lease = { ...leaseRef, metadata: { name: 'farthing' }, spec: { holderIdentity: 'x', renewTime: '2026-01-01T00:00:00.000000Z' } };
    expect(readLease(lease, Date.UTC(2026, 0, 1, 0, 0, 29))).toMatchObject({
      holder: 'x',
      ttl: 30_000,
      renewed: '2026-01-01T00:00:00.000Z',
    });
    expect(readLease(lease, Date.UTC(2026, 0, 1, 0, 0, 30))).toBeUndefined();
    expect(readLease({ ...lease, spec: {} }, 0)).toBeUndefined();
    expect(readLease(undefined, 0)).toBeUndefined();
  });
});
