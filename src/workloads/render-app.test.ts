import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { goldenTests, splitFiles } from '../../test/golden-files.ts';
import { environmentOf, memoryProject } from '../../test/memory-project.ts';
import { type Catalog, loadCatalog } from '../catalog/index.ts';
import { parseBytes } from '../common/index.ts';
import { loadProject } from '../compose/index.ts';
import type { Platforms } from '../images/index.ts';
import { decide, type PlacementNode } from '../placement/index.ts';
import type { App } from '../spec/index.ts';
import { renderApp } from './render-app.ts';
import { toYaml } from './to-yaml.ts';
import { unitsOf } from './units-of.ts';

const GiB = 1024 ** 3;
const nodes: readonly PlacementNode[] = [
  { name: 'big', arch: 'arm64', role: 'server', memory: 10 * GiB, cpus: 1800 },
  { name: 'micro', arch: 'amd64', role: 'agent', memory: 0.6 * GiB, cpus: 900 },
];
/** The catalogue's sizes change with the facts; goldens must not. */
const size = (name: string, memory: number) => ({ name, memory: memory * 1024 ** 2, cpus: 50, asOf: '2026-01-01', source: 'test' });
const catalog: Catalog = {
  ...loadCatalog(),
  images: [size('mariadb', 256), size('adminer', 64)],
  fallback: size('*', 128),
  helpers: { wait: 'busybox:1.37' },
};

/** The head of a golden: what farthing.yaml and the registry say. */
interface Head {
  readonly prefer?: readonly string[];
  readonly require?: readonly string[];
  readonly services?: Readonly<
    Record<string, { memory?: string; replicas?: number; prefer?: readonly string[]; require?: readonly string[] }>
  >;
  readonly volumes?: Readonly<Record<string, { size?: string }>>;
  readonly images?: Readonly<Record<string, Partial<Platforms>>>;
  readonly volumeNodes?: Readonly<Record<string, string>>;
}

async function render(text: string) {
  const files = splitFiles(text);
  const head = (parse(files.get('') ?? '') ?? {}) as Head;
  const bytes = (value: string | undefined) => (value === undefined ? undefined : parseBytes(value));
  const optional = <T extends object>(value: T) => Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
  const app: App = {
    name: 'shop',
    compose: ['/project/compose.yaml'],
    profiles: [],
    prefer: head.prefer ?? [],
    require: head.require ?? [],
    services: Object.fromEntries(
      Object.entries(head.services ?? {}).map(([name, s]) => [
        name,
        { prefer: [], require: [], ...optional({ ...s, memory: bytes(s.memory) }) } as App['services'][string],
      ]),
    ),
    volumes: Object.fromEntries(
      Object.entries(head.volumes ?? {}).map(([name, v]) => [name, optional({ size: bytes(v.size) }) as { size?: number }]),
    ),
  } as App;
  const { project, diagnostics } = await loadProject({
    files: app.compose,
    io: memoryProject(files),
    env: environmentOf({}),
    projectName: app.name,
    profiles: [],
  });
  if (!project) throw new Error(diagnostics.map((d) => `${d.location?.line}: ${d.message}`).join('\n'));
  const platforms = Object.fromEntries(
    Object.entries(head.images ?? {}).map(([image, p]): [string, Platforms] => [
      image,
      { image, platforms: [], certainty: 'index', notes: [], ...p },
    ]),
  );
  const input = { app, project, platforms, catalog };
  const units = unitsOf(input, head.volumeNodes);
  const decided = decide(units, nodes);
  const decisions = Object.fromEntries(units.flatMap((unit, i) => unit.services.map((s) => [s.name, decided[i]] as const)));
  return { units, decided, app: renderApp({ ...input, decisions: decisions as never, clusterId: 'c0ffee' }) };
}

describe('golden', () => {
  goldenTests('workloads', async (input) => {
    const { units, decided, app } = await render(input);
    const placed = decided.map((d, i) => {
      const unit = units[i] as (typeof units)[number];
      const sizes = unit.services.map(
        (s) => `${s.name} ${s.request.memory / 1024 ** 2}MiB (${s.request.memoryFrom}) ${s.request.cpus}m (${s.request.cpusFrom})`,
      );
      return `${unit.id} [${sizes.join(', ')}]\n  ${d.kind === 'placed' ? `expected ${d.expected ?? '?'}: ` : 'IMPOSSIBLE: '}${d.why}\n`;
    });
    const report = app.report.map((line) => `${line.state} ${line.at?.line}:${line.at?.column} ${line.key}: ${line.text}\n`);
    return [...placed, '\n', ...report, '\n', toYaml(app.objects, { secrets: 'sealed' })].join('');
  });
});

describe('renderApp', () => {
  const compose = (extra: string) => `-- compose.yaml --\nservices:\n  a:\n    image: x\n${extra}`;
  const template = async (text: string) => {
    const { app } = await render(text);
    const deployment = app.objects.find((o) => o.kind === 'Deployment') as unknown as { spec: { template: unknown } };
    return JSON.stringify(deployment.spec.template);
  };

  it('restarts a pod when a variable or a file changes, and only then', async () => {
    const one = compose('    environment: {A: "1"}\n    volumes: ["./f:/f:ro"]\n-- f --\nx\n');
    expect(await template(one)).toBe(await template(one));
    expect(await template(one.replace('"1"', '"2"'))).not.toBe(await template(one));
    expect(await template(one.replace('\nx\n', '\ny\n'))).not.toBe(await template(one));
    expect(await template(one.replace('./f:/f:ro', './f:/f:ro,z'))).toBe(await template(one));
  });

  it('keeps the template when the volume comes to be, and when the tag moves', async () => {
    const text = `prefer: [micro, arm64]\n${compose('    volumes: ["vol:/v"]\nvolumes: {vol: }\n')}`;
    expect(await template(`volumeNodes: {vol: big}\n${text}`)).toBe(await template(text));
    const moved = (digest: string) => `images: {x: {digest: "${digest}", platforms: [linux/amd64]}}\n${compose('')}`;
    expect(await template(moved('sha256:1'))).toBe(await template(moved('sha256:2')));
  });

  it('reveals secrets only when asked, as base64', async () => {
    const { app } = await render(compose('    environment: {PASSWORD: hunter2}\n'));
    const hidden = Buffer.from('hunter2').toString('base64');
    expect(toYaml(app.objects, { secrets: 'sealed' })).not.toMatch(new RegExp(`hunter2|${hidden}`));
    expect(toYaml(app.objects, { secrets: 'revealed' })).toContain(hidden);
    expect(JSON.stringify(app)).not.toMatch(new RegExp(`hunter2|${hidden}`));
  });
});
