import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../kube/index.ts';
import { condenseNode } from './condense-node.ts';
import { statusOf } from './status.ts';
import type { ClusterWorld, World } from './types.ts';

const labels = { 'app.kubernetes.io/managed-by': 'farthing', 'app.kubernetes.io/name': 'db' };
const object = (kind: string, name: string, rest: object): LiveObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'stats', labels },
  ...rest,
});
const node = (name: string, conditions: object[]): LiveObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: 'u', labels: { 'kubernetes.io/arch': 'arm64', 'node-role.kubernetes.io/control-plane': 'true' } },
  status: {
    conditions,
    capacity: { memory: '1Gi', cpu: '2' },
    addresses: [
      { type: 'Hostname', address: name },
      { type: 'InternalIP', address: '10.0.0.1' },
    ],
    nodeInfo: { kubeletVersion: 'v1.36.4+k3s1' },
  },
});
const ready = [{ type: 'Ready', status: 'True' }];
const deployment = object('Deployment', 'db', {
  spec: { replicas: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'db' } } },
  status: { replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
});
const pod = (status: object, spec: object = {}) =>
  object('Pod', 'db-1', { spec: { nodeName: 'big', ...spec }, status: { phase: 'Running', startTime: '2026-01-01T00:00:00Z', ...status } });
const running = { conditions: ready, containerStatuses: [{ name: 'db', ready: true, restartCount: 0, state: { running: {} } }] };
const cluster = (rest: Partial<Extract<ClusterWorld, { state: 'present' }>> = {}): ClusterWorld => ({
  state: 'present',
  id: 'x',
  nodes: [condenseNode(node('big', ready))],
  inventory: undefined,
  objects: [deployment],
  pods: [pod(running)],
  volumes: [],
  claims: [],
  addons: [{ name: 'coredns', problem: undefined }],
  lease: undefined,
  ...rest,
});
const world = (shown: ClusterWorld, hosts: World['hosts'] = {}): World => ({ at: '2026-01-02T00:00:00Z', hosts, cluster: shown });

describe('condenseNode', () => {
  it('takes what plans ask about', () => {
    const { labels: _, ...rest } = condenseNode(node('big', ready));
    expect(rest).toEqual({
      name: 'big',
      ready: true,
      arch: 'arm64',
      address: '10.0.0.1',
      uid: 'u',
      role: 'server',
      version: 'v1.36.4+k3s1',
      memory: 1024 ** 3,
      cpus: 2000,
      unschedulable: false,
      troubles: [],
    });
  });

  it('says what is wrong in words, also of an empty Node', () => {
    const sick = condenseNode(
      node('big', [
        { type: 'Ready', status: 'Unknown' },
        { type: 'DiskPressure', status: 'True' },
        { type: 'MemoryPressure', status: 'False' },
      ]),
    );
    expect(sick.troubles).toEqual(['it has not been heard of', 'its disk is nearly full: pods are being moved away']);
    expect(condenseNode({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'x' } })).toMatchObject({
      ready: false,
      role: 'agent',
      memory: 0,
    });
  });
});

describe('statusOf', () => {
  it('tells what runs where, and where it was expected', () => {
    const decision = {
      kind: 'placed',
      unit: 'stats/db',
      arches: [],
      nodes: [],
      requiredByFile: [],
      prefer: [],
      expected: 'micro-1',
      pinned: false,
      why: '',
    } as const;
    const status = statusOf(world(cluster()), [{ app: 'stats', service: 'db', decision }]);
    expect(status.machines).toMatchObject([{ name: 'big', state: 'ready', role: 'server', arch: 'arm64', pods: 1 }]);
    expect(status.apps).toMatchObject([
      {
        name: 'stats',
        services: [{ name: 'db', wanted: 1, ready: 1, words: '1 of 1 ready', expected: 'micro-1', pods: [{ node: 'big', words: 'runs' }] }],
      },
    ]);
    expect(status.problems).toEqual([]);
  });

  it('lists volumes, also of apps that are gone', () => {
    const claim = object('PersistentVolumeClaim', 'data', {
      spec: { volumeName: 'pv', resources: { requests: { storage: '1Gi' } } },
      status: { phase: 'Bound' },
    });
    const volume = object('PersistentVolume', 'pv', {
      spec: {
        nodeAffinity: {
          required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['big'] }] }] },
        },
      },
    });
    const mounted = pod(running, { volumes: [{ persistentVolumeClaim: { claimName: 'data' } }] });
    const volumes = (pods: LiveObject[], objects: LiveObject[]) =>
      statusOf(world(cluster({ claims: [claim], volumes: [volume], pods, objects }))).apps[0]?.volumes;
    expect(volumes([mounted], [deployment])).toEqual([{ name: 'data', node: 'big', size: 1024 ** 3, bound: true, mounted: true }]);
    expect(volumes([], [])).toMatchObject([{ mounted: false }]);
  });

  it.each([
    [
      'a crash',
      cluster({
        pods: [
          pod({
            conditions: [],
            containerStatuses: [{ name: 'db', image: 'a', restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
          }),
        ],
      }),
      'error stats/db: db has crashed and was started again 4 times',
    ],
    [
      'an image',
      cluster({
        pods: [
          pod({
            phase: 'Pending',
            containerStatuses: [{ name: 'db', image: 'a', state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } }],
          }),
        ],
      }),
      'error stats/db: image a cannot be pulled: there is no such image',
    ],
    [
      'restarts',
      cluster({
        pods: [pod({ conditions: ready, containerStatuses: [{ name: 'db', ready: true, restartCount: 7, state: { running: {} } }] })],
      }),
      'warning stats/db: runs, but has been started again 7 times',
    ],
    ['waiting', cluster({ pods: [pod({ phase: 'Pending' })] }), 'warning stats/db: is being started'],
    [
      'disk pressure',
      cluster({ nodes: [condenseNode(node('big', [...ready, { type: 'DiskPressure', status: 'True' }]))] }),
      'error machine big: its disk is nearly full: pods are being moved away',
    ],
    [
      'an add-on',
      cluster({ addons: [{ name: 'coredns', problem: 'its Deployment coredns is missing' }] }),
      'error add-on coredns: its Deployment coredns is missing',
    ],
    [
      'no look',
      { state: 'unknown', unknown: { what: 'the cluster', reason: 'no answer', matters: true } } as const,
      'error cluster: no answer',
    ],
  ])('says what is not well: %s', (_, shown, words) => {
    expect(statusOf(world(shown)).problems.map((problem) => `${problem.severity} ${problem.where}: ${problem.words}`)).toEqual([words]);
  });

  it('shows machines that cannot be reached or have not joined, worst first', () => {
    const hosts = {
      far: { unreachable: { what: 'the machine far', reason: 'no route to host', matters: true } },
      new: { diskFree: 1024 ** 2 * 300, arch: 'amd64', memory: 1, cpus: 1000 },
    } as unknown as World['hosts'];
    const status = statusOf(world({ state: 'absent' }, hosts));
    expect(status.machines.map((machine) => [machine.name, machine.state])).toEqual([
      ['far', 'unreachable'],
      ['new', 'not joined'],
    ]);
    expect(status.problems.map((problem) => problem.words)).toEqual([
      'cannot be reached: no route to host',
      'only 300 MiB of disk are left',
    ]);
    expect(statusOf(world(cluster({ nodes: [{ ...condenseNode(node('big', ready)), unschedulable: true }] }))).machines[0]?.state).toBe(
      'leaving',
    );
  });
});
