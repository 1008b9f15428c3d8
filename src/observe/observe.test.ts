import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenMemory, openMemory } from '../../test/kube-api/open-memory.ts';
import { FarthingError } from '../common/index.ts';
import type { Spec } from '../spec/index.ts';
import type { Shell, Shells } from '../ssh/index.ts';
import { inventoryObject } from './inventory.ts';
import { observe } from './observe.ts';

let api: OpenMemory | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
});

const labels = { 'app.kubernetes.io/managed-by': 'farthing' };
const make = (apiVersion: string, kind: string, name: string, namespace = '', rest: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name, labels, ...(namespace ? { namespace } : {}) },
  ...rest,
});
const inventory = inventoryObject({
  version: 1,
  farthing: '0.1.0',
  cluster: { id: 'abc', name: 'home' },
  machines: [{ name: 'gone', target: 'me@gone', port: 22, role: 'agent', hostKeys: [], address: '' }],
  apps: [],
});
const spec = {
  machines: [
    { name: 'big', role: 'server' },
    { name: 'micro', role: 'agent' },
  ],
} as unknown as Spec;
/** Machines whose look-around script prints what is given; the parser of the host room makes facts of it. */
function shellsOf(outputs: Readonly<Record<string, string>>, opened: string[] = []): Shells {
  return {
    async open(machine) {
      opened.push(machine);
      const stdout = outputs[machine];
      if (stdout === undefined) throw new FarthingError('FAR-SSH-001', `${machine} cannot be reached: no route to host`);
      return { machine, run: async () => ({ code: 0, signal: null, stdout, stderr: '' }) } as unknown as Shell;
    },
    closeAll: async () => {},
  };
}

/** The output of the look-around script: of a bare machine, or of a K3s server in the state given. */
function facts(server?: { readonly unitState: string; readonly kubeconfig?: string }): string {
  const sections = server ? { 'unit-k3s': `0\nActiveState=${server.unitState}\n`, kubeconfig: server.kubeconfig ?? '' } : {};
  return `${Object.entries(sections)
    .map(([name, text]) => `\n@@farthing:${name}\n${text}`)
    .join('')}\n@@farthing:end\n`;
}
const clock = { now: () => Date.UTC(2026, 0, 1), sleep: async () => {} };
const running = facts({ unitState: 'active', kubeconfig: 'x' });

describe('observe', () => {
  it('says that nothing was looked at', async () => {
    const world = await observe({ spec, shells: shellsOf({}), clock, offline: true });
    expect(world.cluster).toMatchObject({ state: 'unknown', unknown: { reason: 'not looked at (--offline)' } });
    expect(Object.keys(world.hosts)).toEqual(['big', 'micro']);
  });

  it('keeps going when machines cannot be reached, and says why the cluster is unknown', async () => {
    const world = await observe({ spec, shells: shellsOf({}), clock });
    expect(world.hosts.micro).toEqual({
      unreachable: { what: 'the machine micro', reason: 'micro cannot be reached: no route to host', matters: true },
    });
    expect(world.cluster).toMatchObject({
      state: 'unknown',
      unknown: { matters: true, reason: 'its server big cannot be reached: big cannot be reached: no route to host' },
    });
  });

  it('knows a cluster that is not there yet from one that does not run', async () => {
    const look = async (output: string) => (await observe({ spec, shells: shellsOf({ big: output }), clock })).cluster;
    expect(await look(facts())).toEqual({ state: 'absent' });
    // Broken off before K3s came up: for the plan to finish.
    expect(await look(facts({ unitState: 'activating' }))).toEqual({ state: 'absent' });
    expect(await look(facts({ unitState: 'failed', kubeconfig: 'x' }))).toEqual({
      state: 'unknown',
      unknown: { what: 'the cluster', reason: 'K3s on big is not running (failed)', matters: false },
    });
  });

  it('reads the cluster without a write, and what the inventory knows beyond the file', async () => {
    const objects = [
      make('v1', 'Node', 'big'),
      make('v1', 'Namespace', 'stats'),
      make('v1', 'Secret', 'env', 'stats', { data: { PASSWORD: 'aHVudGVyMg==' } }),
      make('apps/v1', 'Deployment', 'web', 'stats'),
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'coredns', namespace: 'kube-system' }, spec: { replicas: 0 } },
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'local-path-provisioner', namespace: 'kube-system' } },
      inventory,
      make('coordination.k8s.io/v1', 'Lease', 'farthing', 'farthing-system', {
        spec: { holderIdentity: 'ada', renewTime: '2026-01-01T00:00:00.000000Z' },
      }),
    ];
    api = await openMemory(objects);
    const { cluster } = api;
    const known: string[] = [];
    const opened: string[] = [];
    const world = await observe({
      spec,
      shells: shellsOf({ big: running, micro: facts(), gone: facts() }, opened),
      clock,
      know: ({ name, target, port }) => known.push(`${name} ${target} ${port}`),
      connectCluster: async () => cluster,
      keep: true,
    });
    expect(world.cluster).toMatchObject({
      state: 'present',
      id: 'abc',
      nodes: [{ name: 'big' }],
      inventory: { cluster: { name: 'home' } },
      addons: [
        { name: 'coredns', problem: 'its Deployment coredns is scaled to nothing' },
        { name: 'local-storage', problem: 'its StorageClass local-path is missing' },
      ],
      lease: { holder: 'ada', renewed: '2026-01-01T00:00:00.000Z' },
    });
    const owned = world.cluster.state === 'present' ? world.cluster.objects.map((object) => object.metadata.name) : [];
    expect(owned).toEqual(['stats', 'farthing-inventory', 'env', 'web']);
    expect([known, opened]).toEqual([['gone me@gone 22'], ['big', 'micro', 'big', 'gone']]);
    expect(Object.keys(world.hosts)).toEqual(['big', 'micro', 'gone']);
    expect(inspect(world, { depth: 9 }) + JSON.stringify(world)).not.toContain('aHVudGVyMg');
    expect(api.requests.filter((line) => !line.startsWith('GET'))).toEqual([]);
    expect(api.requests.length).toBeLessThanOrEqual(14);
  });

  it('waits for an API that was started a moment ago, and says why when it does not come', async () => {
    let refusals = 2;
    api = await openMemory([], {
      before: (_method, _path, response) => {
        if (refusals-- <= 0) return false;
        response.writeHead(503).end('apiserver not ready');
        return true;
      },
    });
    const { cluster } = api;
    let now = 0;
    const ticking = {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms;
      },
    };
    const look = () =>
      observe({ spec, shells: shellsOf({ big: running }), clock: ticking, connectCluster: async () => cluster, keep: true });
    expect((await look()).cluster.state).toBe('present');
    refusals = Number.POSITIVE_INFINITY;
    expect((await look()).cluster).toMatchObject({
      unknown: { reason: 'The Kubernetes API is not ready (503): apiserver not ready', matters: true },
    });
    expect(now).toBeGreaterThanOrEqual(20_000);
  });

  it('refuses the cluster of a newer farthing', async () => {
    api = await openMemory([{ ...inventory, data: { 'inventory.json': '{"version":2}' } }]);
    const { cluster } = api;
    const look = observe({ spec, shells: shellsOf({ big: running }), clock, connectCluster: async () => cluster, keep: true });
    await expect(look).rejects.toMatchObject({ code: 'FAR-PLAN-005' });
  });
});
