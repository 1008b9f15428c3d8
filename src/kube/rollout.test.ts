import { afterEach, describe, expect, it } from 'vitest';
import type { MemoryHooks } from '../../test/kube-api/memory-api.ts';
import { makeObject, type OpenMemory, openMemory } from '../../test/kube-api/open-memory.ts';
import { rolloutOperation } from './rollout.ts';
import type { LiveObject } from './types.ts';

let open: OpenMemory;
afterEach(() => open.close());

async function start(objects: readonly object[], hooks: MemoryHooks = {}): Promise<OpenMemory['carryOut']> {
  open = await openMemory(objects, hooks);
  return open.carryOut;
}
const deployment = makeObject('apps/v1', 'Deployment', 'web', { spec: { selector: { matchLabels: { app: 'web' } }, template: {} } });

describe('kube.rollout', () => {
  const uid = 'd1';
  const live = (status: object) => ({
    ...deployment,
    metadata: { ...deployment.metadata, uid, generation: 1, annotations: { 'deployment.kubernetes.io/revision': '1' } },
    status: { observedGeneration: 1, ...status },
  });
  const set = makeObject('apps/v1', 'ReplicaSet', 'web-1', {});
  const owned = (object: object, owner: string) => {
    const base = object as LiveObject;
    return {
      ...base,
      metadata: {
        ...base.metadata,
        labels: { app: 'web' },
        ownerReferences: [{ uid: owner }],
        annotations: { 'deployment.kubernetes.io/revision': '1' },
      },
    };
  };
  const podOf = (status: object) => owned(makeObject('v1', 'Pod', 'web-1-a', { spec: { nodeName: 'big' }, status }), 's1');
  const sets = [owned({ ...set, metadata: { ...set.metadata, uid: 's1' } }, uid)].map((item) => ({
    ...item,
    metadata: { ...item.metadata, uid: 's1' },
  }));
  const wait = rolloutOperation('stats', { namespace: 'stats', workloads: [{ kind: 'Deployment', name: 'web' }] }, []);

  const up = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
  /** Lets the Deployment look otherwise at each look: `states[n]` at the n-th, the last one from then on. */
  const changing = (states: readonly object[]): MemoryHooks => {
    let looks = 0;
    return {
      before: (_method, path) => {
        if (path.endsWith('/deployments/web'))
          open.store.set('deployments/stats/web', live(states[Math.min(looks++, states.length - 1)] ?? {}));
        return false;
      },
    };
  };

  it('waits until all of it is available', async () => {
    const run = await start([live({}), ...sets, podOf({ phase: 'Pending' })], changing([{}, {}, {}, {}, up]));
    expect(await run(wait)).toBe('changed');
    expect(open.context.lines).toContain('web: is being started');
    expect(await run(wait)).toBe('done');
  });

  it.each([
    [
      'an image that does not exist',
      {
        phase: 'Pending',
        containerStatuses: [{ name: 'web', image: 'a:1', state: { waiting: { reason: 'ImagePullBackOff', message: 'not found' } } }],
      },
      'stats/web does not start on big: image a:1 cannot be pulled: there is no such image',
    ],
    [
      'another architecture',
      {
        phase: 'Pending',
        containerStatuses: [
          { name: 'web', image: 'a:1', state: { waiting: { reason: 'RunContainerError', message: 'exec format error' } } },
        ],
      },
      'exec format error',
    ],
    [
      'no node',
      {
        phase: 'Pending',
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available: 1 Insufficient memory.' },
        ],
      },
      '1 Insufficient memory',
    ],
  ])('gives up early on %s, in words', async (_, status, words) => {
    const run = await start([live({}), ...sets, podOf(status)]);
    await expect(run(wait)).rejects.toMatchObject({
      code: 'FAR-KUBE-003',
      message: expect.stringContaining(words),
      hint: expect.any(String),
    });
    expect(open.clock.slept.reduce((a, b) => a + b, 0)).toBeLessThan(60_000);
  });

  it('reads the reason of a crash from the log', async () => {
    const crashing = {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'web',
          image: 'a:1',
          restartCount: 4,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 1 } },
        },
      ],
    };
    const run = await start([live({}), ...sets, podOf(crashing)], {
      before: (_method, path, response) => {
        if (!path.endsWith('/log')) return false;
        response.end('starting\ncannot open /data: permission denied\n');
        return true;
      },
    });
    await expect(run(wait)).rejects.toMatchObject({
      message:
        'stats/web does not start on big: web has crashed and was started again 4 times (exit code 1). Its last line: cannot open /data: permission denied',
      hint: 'Its log tells why: `farthing logs stats web`.',
    });
  });

  it('counts a crash on while the container runs in between', async () => {
    const probe = { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] };
    const between = { ...probe, containerStatuses: [{ name: 'web', ready: false, restartCount: 4, state: { running: {} } }] };
    const down = { ...probe, containerStatuses: [{ name: 'web', restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff' } } }] };
    let looks = 0;
    const run = await start([live({}), ...sets, podOf(down)], {
      before: (_method, path) => {
        if (path.endsWith('/pods')) open.store.set('pods/stats/web-1-a', podOf(++looks % 2 ? down : between));
        return false;
      },
    });
    await expect(run(wait)).rejects.toThrow('web has crashed and was started again 4 times');
    expect(open.clock.slept.reduce((a, b) => a + b, 0)).toBeLessThan(200_000);
  });

  it('shows what keeps a pod from being set up', async () => {
    const event = makeObject('v1', 'Event', 'e1', {
      involvedObject: { name: 'web-1-a' },
      type: 'Warning',
      reason: 'FailedMount',
      message: 'configmap "x" not found',
      lastTimestamp: '2026-01-01T00:00:00Z',
    });
    const run = await start([
      live({}),
      ...sets,
      podOf({ phase: 'Pending', containerStatuses: [{ name: 'web', state: { waiting: { reason: 'ContainerCreating' } } }] }),
      event,
    ]);
    await expect(run({ ...wait, data: { ...wait.data, timeout: 5000 } })).rejects.toMatchObject({ code: 'FAR-KUBE-003' });
    expect(open.context.lines.some((line) => line.includes('FailedMount: configmap "x" not found'))).toBe(true);
  });

  it('does not listen to pods of the version before', async () => {
    const old = {
      ...podOf({
        phase: 'Pending',
        containerStatuses: [{ name: 'web', image: 'a:1', state: { waiting: { reason: 'ImagePullBackOff', message: 'not found' } } }],
      }),
    };
    old.metadata.ownerReferences = [{ uid: 'older' }];
    const run = await start([live({}), ...sets, old]);
    await expect(run({ ...wait, data: { ...wait.data, timeout: 20_000 } })).rejects.toThrow('Not running after 20 s');
  });

  it('does not take a container that ends at once for one that runs', async () => {
    const down = { replicas: 1, updatedReplicas: 1 };
    // Up for a moment, down again, then up for good.
    const run = await start([live({}), ...sets, podOf({ phase: 'Pending' })], changing([down, up, down, down, up]));
    expect(await run(wait)).toBe('changed');
    expect(open.clock.slept.reduce((a, b) => a + b, 0)).toBeGreaterThan(4000);
  });
});
