import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, Sealed, until } from '../../src/common/index.ts';
import {
  acquireLease,
  type Cluster,
  connect,
  differences,
  kubeHandlers,
  type ObjectsData,
  objectsOperation,
  refOf,
  type WatchEvent,
} from '../../src/kube/index.ts';
import type { Handler } from '../../src/operation/index.ts';
import type { Manifest } from '../../src/workloads/index.ts';
import { type RealApi, startRealApi } from '../kube-api/real-api.ts';

const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    }),
};
let api: RealApi;
let cluster: Cluster;
const namespace = 'stats';
const labels = { 'app.kubernetes.io/managed-by': 'farthing' };
const context = { signal: new AbortController().signal, lines: [] as string[], progress: (line: string) => void context.lines.push(line) };
const meta = (name: string) => ({ name, namespace, labels });
const space: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };

beforeAll(async () => {
  api = await startRealApi();
  cluster = connect({ kubeconfig: api.kubeconfig, clock });
  const ready = async () => ((await cluster.raw('GET', '/readyz').catch(() => undefined)) === 'ok' ? true : undefined);
  expect(await until(ready, { clock, deadline: 60_000, every: 300 })).toBe(true);
  await cluster.apply(space);
});
afterAll(async () => {
  await cluster?.close();
  api?.stop();
});

/** A Deployment with most of what a Compose service can become. */
function deployment(container: object = {}, pod: object = {}, spec: object = {}): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta('web'),
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'Recreate' },
      ...spec,
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'a:1', ...container }], ...pod } },
    },
  };
}

const everything: Manifest[] = [
  space,
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: meta('web-env'),
    type: 'Opaque',
    stringData: { PASSWORD: new Sealed('hunter22'), EMPTY: '' },
  },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('web-files'), data: { 'my.cnf': '[mysqld]\n' } },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: meta('data'),
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local-path', resources: { requests: { storage: 1024 ** 3 } } },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta('web'),
    spec: {
      selector: { app: 'web' },
      ports: [
        { name: 'p80', port: 80 },
        { name: 'p53', port: 53, protocol: 'UDP', targetPort: 5353 },
      ],
    },
  },
  { apiVersion: 'v1', kind: 'Service', metadata: meta('db'), spec: { clusterIP: 'None', selector: { app: 'db' }, ports: [] } },
  deployment(
    {
      command: ['sh', '-c', 'exec web'],
      args: [],
      env: [
        { name: 'B', value: '' },
        { name: 'A', value: '1' },
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'web-env', key: 'PASSWORD' } } },
      ],
      ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }],
      resources: { requests: { memory: '512Mi', cpu: 0.1 }, limits: { memory: 536870912 } },
      livenessProbe: { exec: { command: ['true'] }, periodSeconds: 30 },
      startupProbe: { httpGet: { port: 80, path: '/' }, failureThreshold: 3 },
      volumeMounts: [
        { name: 'data', mountPath: '/data', readOnly: false },
        { name: 'tmp', mountPath: '/tmp' },
      ],
      stdin: false,
      tty: true,
      securityContext: { capabilities: { add: ['NET_ADMIN'] }, runAsUser: 0, privileged: false },
    },
    {
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
        { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
      ],
      initContainers: [{ name: 'wait-db', image: 'busybox', command: ['true'], env: [] }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] }] }],
          },
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 10, preference: { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['big'] }] } },
          ],
        },
      },
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 10,
      hostAliases: [{ ip: '10.0.0.1', hostnames: ['old'] }],
    },
  ),
  {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: meta('once'),
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'once', image: 'a' }] } } },
  },
];

const handler = kubeHandlers({ cluster: async () => cluster, clock }).find((one) => one.kind === 'kube.objects') as Handler<ObjectsData>;
const live = async (objects: readonly Manifest[]) =>
  (await Promise.all(objects.map((object) => cluster.get(refOf(object))))).filter((object) => object !== undefined);
const plan = async (objects: readonly Manifest[]) => objectsOperation('stats', objects, await live(objects)).operation;
async function up(objects: readonly Manifest[]): Promise<string[]> {
  const operation = await plan(objects);
  if (!operation) return [];
  context.lines = [];
  expect(await handler.find(operation, context)).toEqual({ state: 'pending', fingerprint: operation.assumes });
  await handler.ensure(operation, context);
  await handler.verify(operation, context);
  expect(await handler.find(operation, context)).toEqual({ state: 'done' });
  return context.lines;
}
const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'web' };
/** A change by hand, as kubectl makes it. */
const byHand = (ref: typeof web, patch: unknown) =>
  cluster.raw(
    'PATCH',
    `/${ref.apiVersion === 'v1' ? 'api/v1' : `apis/${ref.apiVersion}`}/namespaces/${namespace}/${ref.kind.toLowerCase()}s/${ref.name}?fieldManager=kubectl-edit`,
    patch,
  );

describe('objects on a real API server', () => {
  it('are as wanted right after they were applied, and need nothing then', async () => {
    await up(everything);
    for (const object of everything) expect(differences(object, await cluster.get(refOf(object)))).toEqual([]);
    expect(await plan(everything)).toBeUndefined();
    expect((await cluster.get(refOf(everything[1] as Manifest)))?.data.PASSWORD).toBe(Buffer.from('hunter22').toString('base64'));
  });

  it('lose what we want no longer: a probe, a variable, a label, a key', async () => {
    const less = structuredCloneWithSecrets(everything).map((object) => {
      if (object.kind === 'Secret') return { ...object, stringData: { PASSWORD: new Sealed('hunter22') } };
      return object.kind === 'Deployment' ? deployment({ ports: [{ containerPort: 80 }] }) : object;
    });
    const operation = await plan(less);
    expect(operation?.title).toBe('Change stats: Secret web-env, Deployment web');
    await up(less);
    const after = await cluster.get(web);
    const container = after?.spec.template.spec.containers[0];
    expect([container.livenessProbe, container.env, container.command, container.ports.length, after?.spec.template.spec.volumes]).toEqual([
      undefined,
      undefined,
      undefined,
      1,
      undefined,
    ]);
    expect(Object.keys((await cluster.get(refOf(everything[1] as Manifest)))?.data)).toEqual(['PASSWORD']);
    await up(everything);
  });

  it('drift by hand is seen exactly, taken back, and its author named', async () => {
    const patch = {
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'me', theirs: 'x' } },
      spec: {
        replicas: 3,
        template: {
          metadata: { annotations: { restartedAt: 'now' } },
          spec: {
            containers: [
              {
                ...everythingContainer(),
                image: 'evil:1',
                env: [
                  { name: 'A', value: '2' },
                  { name: 'MORE', value: 'x' },
                ],
              },
            ],
          },
        },
      },
    };
    await byHand(web, patch);
    const seen = differences(everything.find((object) => object.kind === 'Deployment') as Manifest, await cluster.get(web));
    expect(seen.sort()).toEqual([
      'metadata.labels["app.kubernetes.io/managed-by"]',
      'spec.replicas',
      'spec.template.spec.containers[web].env[A].value',
      'spec.template.spec.containers[web].env[B]',
      'spec.template.spec.containers[web].env[MORE]',
      'spec.template.spec.containers[web].env[PASSWORD]',
      'spec.template.spec.containers[web].image',
    ]);
    const lines = await up(everything);
    expect(lines.some((line) => line.includes('taking .spec.replicas back from'))).toBe(true);
    expect(lines).toContain('Deployment stats/web: removing spec.template.spec.containers[web].env[MORE]');
    const after = await cluster.get(web);
    expect([after?.metadata.labels?.theirs, after?.spec.template.metadata.annotations.restartedAt]).toEqual(['x', 'now']);
  });

  it('extra keys of a Secret go, a label that was taken off comes back', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', namespace, name: 'web-env' };
    await byHand(secret, { metadata: { labels: { 'app.kubernetes.io/managed-by': null } }, data: { MORE: 'eA==' } });
    await up(everything);
    const after = await cluster.get(secret);
    expect([after?.metadata.labels, Object.keys(after?.data)]).toEqual([labels, ['EMPTY', 'PASSWORD']]);
  });

  it('change between Recreate and RollingUpdate both ways', async () => {
    const rolling = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
    for (const spec of [{ strategy: { type: 'RollingUpdate' } }, {}, rolling, {}]) await up([deployment({}, {}, spec)]);
    expect((await cluster.get(web))?.spec.strategy).toEqual({ type: 'Recreate' });
  });

  it('foreign ones are refused by name', async () => {
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace } };
    await cluster.raw('POST', `/api/v1/namespaces/${namespace}/configmaps?fieldManager=kubectl-create`, theirs);
    const operation = objectsOperation('stats', [{ ...theirs, metadata: meta('theirs') }], []).operation;
    await expect(handler.find(operation as NonNullable<typeof operation>, context)).rejects.toMatchObject({ code: 'FAR-KUBE-006' });
  });

  it('with a field that does not exist are refused, naming it', async () => {
    await expect(cluster.apply(deployment({ imagePullPolice: 'Always' }))).rejects.toThrow(/imagePullPolice/);
  });

  it('a claim that would have to change is a finding, not an operation', async () => {
    const bigger: Manifest = {
      ...(everything[3] as Manifest),
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local-path', resources: { requests: { storage: '5Gi' } } },
    };
    const planned = objectsOperation('stats', [bigger], await live([bigger]));
    expect(planned.operation).toBeUndefined();
    expect(planned.findings[0]?.message).toBe(
      'Volume stats/data exists, and spec.resources.requests.storage of a volume cannot change (it is 1 GiB, wanted 5 GiB).',
    );
  });

  it('of any shape are as wanted right after they were applied', async () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    const text = fc.string({ maxLength: 8 });
    const container = fc.record({
      image: fc.stringMatching(/^[a-z]{1,6}:[0-9]$/),
      env: fc.uniqueArray(fc.record({ name, value: text }), { selector: (item) => item.name, maxLength: 4 }),
      ports: fc.uniqueArray(
        fc.record({
          containerPort: fc.integer({ min: 1, max: 999 }),
          protocol: fc.option(fc.constantFrom('TCP', 'UDP'), { nil: undefined }),
        }),
        { selector: (item) => item.containerPort, maxLength: 3 },
      ),
      args: fc.array(text, { maxLength: 3 }),
      command: fc.array(text, { maxLength: 2 }),
      resources: fc.record({
        requests: fc.record({
          memory: fc.integer({ min: 1, max: 4096 }).map((n) => (n % 2 ? n * 1024 : `${n}Ki`)),
          cpu: fc.integer({ min: 1, max: 3000 }).map((n) => (n % 2 ? n / 1000 : `${n}m`)),
        }),
      }),
      stdin: fc.boolean(),
      workingDir: fc.constantFrom('', '/x'),
      securityContext: fc.record(
        { runAsUser: fc.integer({ min: 0, max: 2 }), privileged: fc.boolean(), readOnlyRootFilesystem: fc.boolean() },
        { requiredKeys: [] },
      ),
      livenessProbe: fc.option(
        fc.record({
          exec: fc.record({ command: fc.array(text, { minLength: 1, maxLength: 2 }) }),
          initialDelaySeconds: fc.integer({ min: 0, max: 3 }),
        }),
        { nil: undefined },
      ),
    });
    const pods = fc.uniqueArray(fc.tuple(name, container), { selector: ([key]) => key, minLength: 1, maxLength: 3 });
    const wanted = fc
      .tuple(pods, fc.integer({ min: 0, max: 2 }), fc.boolean())
      .map(([list, replicas, automount]) =>
        deployment(
          {},
          { automountServiceAccountToken: automount, containers: list.map(([key, value]) => ({ ...value, name: key })) },
          { replicas },
        ),
      );
    // One object changed again and again: what was wanted before and is no longer must go, too.
    await fc.assert(
      fc.asyncProperty(wanted, async (want) => {
        await up([want]);
        expect(differences(want, await cluster.get(web))).toEqual([]);
      }),
      { numRuns: process.env.FARTHING_SOAK ? 500 : 60 },
    );
  });
});

describe('the client on a real API server', () => {
  it('watches, lists by label and deletes', async () => {
    const stop = new AbortController();
    const seen: WatchEvent[] = [];
    const watching = cluster.watch('v1', 'ConfigMap', {
      namespace,
      labels: 'watched=yes',
      signal: stop.signal,
      onEvent: (event) => seen.push(event),
    });
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...meta('watched'), labels: { watched: 'yes' } }, data: { a: '1' } };
    await until(async () => seen[0], { clock, deadline: 5000, every: 50 });
    await cluster.apply(map);
    await cluster.apply({ ...map, data: { a: '2' } });
    expect(await cluster.list('v1', 'ConfigMap', { labels: 'watched=yes' })).toHaveLength(1);
    await cluster.delete(refOf(map));
    await cluster.delete(refOf(map));
    expect(await until(async () => (seen.at(-1)?.kind === 'deleted' ? true : undefined), { clock, deadline: 5000, every: 50 })).toBe(true);
    stop.abort();
    await watching;
    expect(seen.map((event) => event.kind)).toEqual(['list', 'added', 'modified', 'deleted']);
  });

  it('holds the lease', async () => {
    const lease = await acquireLease(cluster, { holder: 'ada', clock, ttl: 3000 });
    await expect(acquireLease(cluster, { holder: 'bob', clock })).rejects.toMatchObject({ code: 'FAR-APPLY-002' });
    await clock.sleep(4500);
    await expect(acquireLease(cluster, { holder: 'bob', clock })).rejects.toMatchObject({ code: 'FAR-APPLY-002' });
    const taken = await acquireLease(cluster, { holder: 'bob', clock, takeOver: true });
    expect(await until(async () => (lease.lost.aborted ? true : undefined), { clock, deadline: 3000, every: 100 })).toBe(true);
    await lease.release();
    expect(taken.lost.aborted).toBe(false);
    await taken.release();
    await (await acquireLease(cluster, { holder: 'eve', clock })).release();
  });
});

function everythingContainer(): Record<string, unknown> {
  const spec = (everything.find((object) => object.kind === 'Deployment') as Manifest).spec as {
    template: { spec: { containers: Record<string, unknown>[] } };
  };
  return { ...spec.template.spec.containers[0] };
}

/** Lists keep their Sealed leaves, which structuredClone would lose. */
function structuredCloneWithSecrets(objects: readonly Manifest[]): Manifest[] {
  return objects.map((object) => ({ ...object }));
}
