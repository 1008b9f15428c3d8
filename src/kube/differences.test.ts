import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sealed } from '../common/index.ts';
import type { Manifest } from '../workloads/index.ts';
import { compareObjects, differences } from './differences.ts';
import { explainDifferences } from './explain-differences.ts';
import type { LiveObject } from './types.ts';

const meta = { name: 'web', namespace: 'stats' };
const object = (kind: string, rest: object, metadata: object = {}): Manifest & LiveObject =>
  ({ apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1', kind, metadata: { ...meta, ...metadata }, ...rest }) as unknown as Manifest &
    LiveObject;
const deployment = (container: object, pod: object = {}): Manifest & LiveObject =>
  object('Deployment', { spec: { template: { spec: { containers: [{ name: 'web', image: 'a:1', ...container }], ...pod } } } });
const inContainer = 'spec.template.spec.containers[web]';
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('differences', () => {
  it('calls a missing object missing', () => {
    expect(differences(deployment({}), undefined)).toEqual(['(missing)']);
    expect(explainDifferences(deployment({}), undefined)).toBe('it does not exist');
  });

  it.each([
    [
      'memory in other units',
      { resources: { limits: { memory: '512Mi', cpu: '1' } } },
      { resources: { limits: { memory: '536870912', cpu: '1000m' } } },
    ],
    ['fractions of a CPU', { resources: { requests: { cpu: 0.7 } } }, { resources: { requests: { cpu: '700m' } } }],
    ['the protocol that is meant', { ports: [{ containerPort: 80 }] }, { ports: [{ containerPort: 80, protocol: 'TCP' }] }],
    [
      'another order of items',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '' },
        ],
      },
      { env: [{ name: 'B' }, { name: 'A', value: '1' }] },
    ],
    ['empty things the server leaves out', { env: [], stdin: false, securityContext: {} }, {}],
    ['defaults', {}, { imagePullPolicy: 'IfNotPresent', resources: {}, terminationMessagePath: '/dev/termination-log' }],
    ['a port as text', { livenessProbe: { httpGet: { port: '80' } } }, { livenessProbe: { httpGet: { port: 80, scheme: 'HTTP' } } }],
    ['undefined as no wish', { command: undefined }, {}],
  ])('sees no difference in %s', (_, want, have) => {
    expect(differences(deployment(want), deployment(have))).toEqual([]);
  });

  it.each([
    ['an image', { image: 'a:2' }, {}, `${inContainer}.image`],
    [
      'a changed quantity',
      { resources: { limits: { memory: '512Mi' } } },
      { resources: { limits: { memory: '512M' } } },
      `${inContainer}.resources.limits.memory`,
    ],
    ['a missing variable', { env: [{ name: 'A', value: '1' }] }, {}, `${inContainer}.env`],
    [
      'a variable of somebody else',
      { env: [{ name: 'A', value: '1' }] },
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
      `${inContainer}.env[B]`,
    ],
    ['a command of somebody else', {}, { command: ['sh'] }, `${inContainer}.command`],
    ['a word of a command', { args: ['a', 'b'] }, { args: ['a', 'c'] }, `${inContainer}.args[1]`],
    ['a longer command', { args: ['a'] }, { args: ['a', 'b'] }, `${inContainer}.args`],
    [
      'udp for tcp',
      { ports: [{ containerPort: 53, protocol: 'UDP' }] },
      { ports: [{ containerPort: 53, protocol: 'TCP' }] },
      `${inContainer}.ports[53/UDP]`,
    ],
  ])('sees %s', (_, want, have, path) => {
    expect(differences(deployment(want), deployment(have))[0]).toBe(path);
  });

  it('sees another container, and another kind of volume', () => {
    const other = {
      containers: [
        { name: 'web', image: 'a:1' },
        { name: 'miner', image: 'b' },
      ],
    };
    expect(differences(deployment({}), deployment({}, other))).toEqual(['spec.template.spec.containers[miner]']);
    expect(
      differences(
        deployment({}, { volumes: [{ name: 'v', emptyDir: {} }] }),
        deployment({}, { volumes: [{ name: 'v', hostPath: { path: '/' } }] }),
      ),
    ).toEqual(['spec.template.spec.volumes[v].emptyDir']);
  });

  it('leaves labels and annotations of others alone, not ours', () => {
    const want = object('Service', { spec: {} }, { labels: { 'app.kubernetes.io/name': 'web' } });
    expect(
      differences(
        want,
        object('Service', { spec: {} }, { labels: { 'app.kubernetes.io/name': 'web', extra: 'x' }, annotations: { a: 'b' } }),
      ),
    ).toEqual([]);
    expect(differences(want, object('Service', { spec: {} }, { labels: {} }))).toEqual(['metadata.labels["app.kubernetes.io/name"]']);
  });

  it('compares the data of Secrets and ConfigMaps whole', () => {
    const want = object('Secret', { stringData: { a: new Sealed('one') } });
    expect(differences(want, object('Secret', { data: { a: base64('one') } }))).toEqual([]);
    expect(differences(want, object('Secret', { data: { a: new Sealed(base64('one')) } }))).toEqual([]);
    expect(differences(want, object('Secret', { data: { a: base64('two'), b: base64('x') } }))).toEqual(['data.a', 'data.b']);
    expect(explainDifferences(want, object('Secret', { data: { a: base64('two') } }))).toBe('data.a differs');
    expect(differences(object('ConfigMap', { data: { a: '1' } }), object('ConfigMap', { data: { a: '1', b: '2' } }))).toEqual(['data.b']);
  });

  it('sees what we applied earlier and want no longer', () => {
    const fieldsV1 = {
      'f:metadata': { 'f:labels': { 'f:old': {}, 'f:kept': {} } },
      'f:spec': {
        'f:template': {
          'f:spec': {
            'f:containers': {
              'k:{"name":"web"}': {
                '.': {},
                'f:name': {},
                'f:image': {},
                'f:livenessProbe': { 'f:exec': { 'f:command': {} } },
                'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
              },
            },
          },
        },
      },
    };
    const managedFields = [
      { manager: 'farthing', operation: 'Apply', fieldsV1 },
      { manager: 'farthing', operation: 'Update', subresource: 'status', fieldsV1: { 'f:status': { 'f:x': {} } } },
      { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': { 'f:paused': {} } } },
    ];
    const live = {
      ...deployment({ livenessProbe: { exec: { command: ['true'] } }, ports: [{ containerPort: 80, protocol: 'TCP' }] }),
      metadata: { ...meta, labels: { old: '1', kept: '2' }, managedFields },
    };
    const want = deployment({ ports: [{ containerPort: 80 }] });
    expect(differences({ ...want, metadata: { ...meta, labels: { kept: '2' } } }, live as LiveObject)).toEqual([
      'metadata.labels.old',
      `${inContainer}.livenessProbe`,
    ]);
  });

  it('says what is and what was wanted, but no values that may be secret', () => {
    expect(explainDifferences(deployment({ image: 'a:2' }), deployment({}))).toBe('containers[web].image is a:1, wanted a:2');
    const env = (value: string) => deployment({ env: [{ name: 'PASSWORD', value }] });
    expect(explainDifferences(env('hunter2'), env('x'))).toBe('containers[web].env[PASSWORD].value differs');
    expect(
      explainDifferences(deployment({ env: [{ name: 'A' }], stdin: true, tty: true, image: 'b', workingDir: '/x' }), deployment({})),
    ).toMatch(/; 2 more$/);
  });

  it('points at extra items so that they can be removed', () => {
    const [found] = compareObjects(deployment({}), deployment({}, { containers: [{ name: 'x' }, { name: 'web', image: 'a:1' }] }));
    expect(found?.pointer).toEqual(['spec', 'template', 'spec', 'containers', 0]);
  });
});

describe('differences, for any object', () => {
  const name = fc.stringMatching(/^[a-z]{1,8}$/);
  const container = fc.record(
    {
      image: fc.stringMatching(/^[a-z]{1,6}:[0-9]$/),
      env: fc.uniqueArray(fc.record({ name, value: fc.string({ maxLength: 4 }) }), { selector: (item) => item.name, maxLength: 4 }),
      ports: fc.uniqueArray(fc.record({ containerPort: fc.integer({ min: 1, max: 99 }) }), {
        selector: (item) => item.containerPort,
        maxLength: 3,
      }),
      args: fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }),
      resources: fc.record({ requests: fc.record({ memory: fc.integer({ min: 1, max: 9 }).map((n) => `${n}Mi`) }) }),
      stdin: fc.boolean(),
    },
    { requiredKeys: ['image'] },
  );
  const any = fc
    .uniqueArray(fc.tuple(name, container), { selector: ([key]) => key, minLength: 1, maxLength: 3 })
    .map((list) => deployment({}, { containers: list.map(([key, value]) => ({ ...value, name: key })) }));

  /** What a server makes of it: defaults, other spellings, empty things left out, items in another order. */
  const served = (value: unknown, key = ''): unknown => {
    if (Array.isArray(value)) return key === 'args' ? value : value.map((item) => served(item)).reverse();
    if (value === null || typeof value !== 'object')
      return key === 'memory' ? String(Number.parseInt(String(value), 10) * 1024 ** 2) : value;
    const kept = Object.entries(value).map(([name, item]) => [name, served(item, name)] as const);
    const shown = kept.filter(([, item]) => item !== '' && item !== false && !(Array.isArray(item) && item.length === 0));
    return {
      ...Object.fromEntries(shown),
      ...('containerPort' in value ? { protocol: 'TCP' } : {}),
      ...('image' in value ? { imagePullPolicy: 'Always' } : {}),
    };
  };

  it('there are none right after it was stored', () => {
    fc.assert(fc.property(any, (want) => void expect(differences(want, served(want) as LiveObject)).toEqual([])));
  });

  it('there is one after any image, argument or variable changed', () => {
    fc.assert(
      fc.property(any, any, (want, other) => {
        const same = JSON.stringify(served(want)) === JSON.stringify(served(other));
        fc.pre(!same);
        const [there, back] = [differences(want, served(other) as LiveObject), differences(other, served(want) as LiveObject)];
        // One of the two directions must see it: a wish that is not there, or a thing nobody wished.
        expect(there.length + back.length).toBeGreaterThan(0);
      }),
    );
  });
});
