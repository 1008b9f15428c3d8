import { afterEach, describe, expect, it } from 'vitest';
import type { MemoryHooks } from '../../test/kube-api/memory-api.ts';
import { makeObject, type OpenMemory, openMemory } from '../../test/kube-api/open-memory.ts';
import { Sealed } from '../common/index.ts';
import type { AnyHandler, Operation } from '../operation/index.ts';
import type { Manifest } from '../workloads/index.ts';
import { deleteNodeOperation } from './delete-node.ts';
import { deleteOperation } from './delete-objects.ts';
import { deleteVolumeOperation } from './delete-volume.ts';
import { drainOperation } from './drain-node.ts';
import { kubeHandlers } from './handlers.ts';
import { objectsOperation } from './objects-operation.ts';
import type { LiveObject } from './types.ts';
import { inventoryOperation } from './write-inventory.ts';

let open: OpenMemory;
afterEach(() => open.close());

async function start(objects: readonly object[], hooks: MemoryHooks = {}): Promise<OpenMemory['carryOut']> {
  open = await openMemory(objects, hooks);
  return open.carryOut;
}

const space = makeObject('v1', 'Namespace', 'stats', {}, '');
const secret = makeObject('v1', 'Secret', 'web', { stringData: { a: new Sealed('one two') } });
const deployment = makeObject('apps/v1', 'Deployment', 'web', { spec: { selector: { matchLabels: { app: 'web' } }, template: {} } });
const claim = makeObject('v1', 'PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv-1' }, status: { phase: 'Bound' } });
const volume = makeObject(
  'v1',
  'PersistentVolume',
  'pv-1',
  {
    spec: {
      claimRef: { namespace: 'stats', name: 'data' },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['big'] }] }] },
      },
    },
  },
  '',
);

describe('kube.objects', () => {
  it('applies in the order things need each other, then nothing', async () => {
    const run = await start([]);
    const { operation, restarts } = objectsOperation('stats', [deployment, secret, space], []);
    expect([operation?.title, operation?.why, restarts]).toEqual(['Deploy stats', 'stats is not on the cluster yet', ['web']]);
    expect(JSON.stringify(operation)).not.toContain('one two');
    expect(await run(operation as Operation)).toBe('changed');
    expect(open.writes().map((line) => line.split('?')[0])).toEqual([
      'PATCH /api/v1/namespaces/stats',
      'PATCH /api/v1/namespaces/stats/secrets/web',
      'PATCH /apis/apps/v1/namespaces/stats/deployments/web',
    ]);
    expect(await run(operation as Operation)).toBe('done');
  });

  it('says exactly what differs and touches only that', async () => {
    const run = await start([space, { ...deployment, spec: { ...(deployment.spec as object), replicas: 3 } }]);
    const live = [...open.store.values()];
    const { operation } = objectsOperation(
      'stats',
      [space, { ...deployment, spec: { ...(deployment.spec as object), replicas: 1 } }],
      live,
    );
    expect([operation?.title, operation?.why, operation?.touches]).toEqual([
      'Change stats: Deployment web',
      'Deployment web: replicas is 3, wanted 1',
      ['Deployment stats/web'],
    ]);
    await run(operation as Operation);
    expect(open.writes()).toHaveLength(1);
  });

  it('makes anew what cannot change, and says so before', async () => {
    const run = await start([space, deployment]);
    const changed = { ...deployment, spec: { selector: { matchLabels: { app: 'other' } }, template: {} } };
    const { operation } = objectsOperation('stats', [changed as Manifest], [...open.store.values()]);
    expect(operation?.touches).toEqual(['Deployment stats/web (made anew: spec.selector.matchLabels.app cannot change)']);
    await run(operation as Operation);
    expect(open.writes().map((line) => line.split(' ')[0])).toEqual(['DELETE', 'PATCH']);
  });

  it('waits for an old namespace to go', async () => {
    let looks = 0;
    const run = await start([{ ...space, metadata: { ...space.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }], {
      before: (method, path) => {
        if (method === 'GET' && path === '/api/v1/namespaces/stats' && ++looks === 4) open.store.delete('namespaces//stats');
        return false;
      },
    });
    await run(objectsOperation('stats', [space, secret], []).operation as Operation);
    expect(open.context.lines[0]).toBe('Namespace stats: waiting until the old one is gone');
    expect(open.store.get('namespaces//stats').metadata.deletionTimestamp).toBeUndefined();
  });

  it('refuses what somebody else made', async () => {
    const run = await start([{ ...deployment, metadata: { name: 'web', namespace: 'stats' } }]);
    await expect(run(objectsOperation('stats', [deployment], []).operation as Operation)).rejects.toMatchObject({ code: 'FAR-KUBE-006' });
    expect(open.writes()).toEqual([]);
  });
});

describe('kube.delete', () => {
  it('removes an app but neither its volumes nor the namespace that holds them', async () => {
    const run = await start([space, secret, deployment, claim].map((object) => ({ ...object, stringData: undefined })));
    const refs = [space, secret, deployment, claim].map(({ apiVersion, kind, metadata }) => ({
      apiVersion,
      kind,
      name: metadata.name,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    }));
    const operation = deleteOperation('stats', refs, { why: 'gone', claims: [claim], whole: true }) as Operation;
    expect(operation.touches).toEqual(['Secret stats/web', 'Deployment stats/web']);
    await run(operation);
    expect([...open.store.keys()]).toEqual(['namespaces//stats', 'persistentvolumeclaims/stats/data']);
    // Even when somebody asks for it: a namespace with claims is not removed.
    expect(await run({ ...operation, data: { objects: refs.filter((ref) => ref.kind === 'Namespace') } })).toBe('done');
    await expect(run({ ...operation, data: { objects: refs } })).rejects.toMatchObject({ code: 'FAR-BUG-001' });
  });

  it('takes the namespace too when nothing is kept, workloads first', async () => {
    const run = await start([space, deployment]);
    const refs = [
      { apiVersion: 'v1', kind: 'Namespace', name: 'stats' },
      { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'stats', name: 'web' },
    ];
    await run(deleteOperation('stats', refs, { why: 'gone', claims: [], whole: true }) as Operation);
    expect(open.writes().map((line) => line.split('/').at(-1))).toEqual(['web', 'stats']);
    expect(deleteOperation('stats', refs.slice(0, 1), { why: '', claims: [claim], whole: true })).toBeUndefined();
  });
});

describe('node.drain and node.delete', () => {
  const node = makeObject('v1', 'Node', 'micro-1', {}, '');
  const on = (name: string, rest: object = {}, metadata: object = {}) => {
    const pod = makeObject('v1', 'Pod', name, { spec: { nodeName: 'micro-1' }, status: { phase: 'Running' }, ...rest });
    return { ...pod, metadata: { ...pod.metadata, ...metadata } };
  };
  const daemon = on('agent', {}, { ownerReferences: [{ kind: 'DaemonSet', controller: true }] });

  it('names what moves and the data that is lost', () => {
    const there = {
      ...volume,
      spec: { ...volume.spec, nodeAffinity: JSON.parse(JSON.stringify(volume.spec.nodeAffinity).replace('big', 'micro-1')) },
    };
    const operation = drainOperation(
      'micro-1',
      { pods: [on('web'), daemon as LiveObject], volumes: [volume, there], sizes: { 'pv-1': 5 } },
      { why: 'it is no longer in the file' },
    );
    expect(operation.touches).toEqual(['Node micro-1 (no new pods)', 'Pod stats/web (stopped here, started elsewhere where it can be)']);
    expect(operation.destroys).toEqual([{ what: 'volume stats/data on micro-1', size: 5 }]);
  });

  it('empties a node with patience, and leaves DaemonSets be', async () => {
    let refusals = 2;
    const run = await start([node, on('web'), on('db'), daemon, on('done', { status: { phase: 'Succeeded' } })], {
      before: (method, path, response) => {
        if (method !== 'POST' || !path.endsWith('/db/eviction') || refusals-- <= 0) return false;
        response.writeHead(429).end('{"kind":"Status","reason":"TooManyRequests"}');
        return true;
      },
    });
    await run(drainOperation('micro-1', { pods: [], volumes: [] }, { why: '' }));
    expect([...open.store.keys()].sort()).toEqual(['nodes//micro-1', 'pods/stats/agent', 'pods/stats/done']);
    expect(open.context.lines).toContain('waiting for a disruption budget: stats/db');
    expect(open.store.get('nodes//micro-1').spec.unschedulable).toBe(true);
  });

  it('does not wait for the pods of a machine that is dead', async () => {
    const dead = { ...node, status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } };
    const run = await start([dead, on('web')], {
      before: (method, path, response) => {
        if (method !== 'POST' || !path.endsWith('/eviction')) return false;
        // Nobody is there to stop it: it stays, marked.
        open.store.get('pods/stats/web').metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
        response.writeHead(201).end('{}');
        return true;
      },
    });
    expect(await run(drainOperation('micro-1', { pods: [], volumes: [] }, { why: '' }))).toBe('changed');
  });

  it('says which budget keeps what', async () => {
    const run = await start([node, on('db')], {
      before: (method, _path, response) => {
        if (method !== 'POST') return false;
        response.writeHead(429).end('{}');
        return true;
      },
    });
    await expect(run(drainOperation('micro-1', { pods: [], volumes: [] }, { why: '' }))).rejects.toThrow(
      'micro-1 could not be emptied: a disruption budget keeps stats/db.',
    );
  });

  it('removes the node and a password that K3s left behind', async () => {
    const password = makeObject('v1', 'Secret', 'micro-1.node-password.k3s', {}, 'kube-system');
    const run = await start([node, password]);
    await run(deleteNodeOperation('micro-1', { why: '' }));
    expect([...open.store.keys()]).toEqual([]);
    expect(await run(deleteNodeOperation('micro-1', { why: '' }))).toBe('done');
  });
});

describe('volume.delete', () => {
  const controller: MemoryHooks = {
    after: (method, object, store) => {
      if (method === 'DELETE' && object.kind === 'PersistentVolumeClaim') store.delete(`persistentvolumes//${object.spec.volumeName}`);
    },
  };
  const operation = deleteVolumeOperation(claim, { why: 'nobody mounts it', size: 1024 });

  it('names the data, deletes claim and volume, and a namespace that is empty then', async () => {
    expect([operation.title, operation.destroys]).toEqual([
      'Delete volume stats/data and its data',
      [{ what: 'volume stats/data', size: 1024 }],
    ]);
    const run = await start([space, claim, volume], controller);
    await run(operation);
    expect([...open.store.keys()]).toEqual([]);
  });

  it('keeps a namespace in which something else is', async () => {
    const run = await start([space, claim, volume, { ...claim, metadata: { ...claim.metadata, name: 'other' } }], controller);
    await run(operation);
    expect([...open.store.keys()]).toEqual(['namespaces//stats', 'persistentvolumeclaims/stats/other']);
  });

  it('refuses a volume that is in use', async () => {
    const user = makeObject('v1', 'Pod', 'web', {
      spec: { nodeName: 'big', volumes: [{ persistentVolumeClaim: { claimName: 'data' } }] },
      status: { phase: 'Running' },
    });
    const run = await start([space, claim, volume, user]);
    await expect(run(operation)).rejects.toThrow('Volume stats/data is in use by web.');
    expect(open.writes()).toEqual([]);
  });

  it('does not touch another volume under the same claim', async () => {
    await start([space, { ...claim, spec: { volumeName: 'pv-2' } }]);
    const handler = kubeHandlers(open.ports).find((item) => item.kind === 'volume.delete') as AnyHandler;
    const found = await handler.find(operation, open.context);
    expect(found.state === 'pending' && found.fingerprint !== operation.assumes).toBe(true);
  });

  it('removes the record of a volume whose machine is gone, though pods still wait for it', async () => {
    const waiting = makeObject('v1', 'Pod', 'web', {
      spec: { volumes: [{ persistentVolumeClaim: { claimName: 'data' } }] },
      status: { phase: 'Pending' },
    });
    const run = await start([space, claim, volume, waiting]);
    await run(operation);
    expect([...open.store.keys()]).toEqual(['namespaces//stats', 'pods/stats/web']);
    expect(open.context.lines).toEqual(['its machine is gone: only the record is removed']);
  });

  it('says so when the folder is not deleted though its machine is there', async () => {
    const run = await start([space, claim, volume, makeObject('v1', 'Node', 'big', {}, '')]);
    await expect(run(operation)).rejects.toThrow('The folder of volume pv-1 is not deleted yet.');
  });
});

describe('inventory.write', () => {
  const object = makeObject('v1', 'ConfigMap', 'farthing-inventory', { data: { a: '1' } }, 'farthing-system');

  it('writes the namespace and the list, once', async () => {
    const run = await start([]);
    const operation = inventoryOperation(object, []) as Operation;
    expect(await run(operation)).toBe('changed');
    expect(await run(operation)).toBe('done');
    expect(inventoryOperation(object, [...open.store.values()])).toBeUndefined();
  });
});
