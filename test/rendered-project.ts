import { parse } from 'yaml';
import { type Catalog, loadCatalog } from '../src/catalog/index.ts';
import { parseBytes } from '../src/common/index.ts';
import { loadProject } from '../src/compose/index.ts';
import type { Platforms } from '../src/images/index.ts';
import { decide, type PlacementNode } from '../src/placement/index.ts';
import type { App } from '../src/spec/index.ts';
import { renderApp, unitsOf } from '../src/workloads/index.ts';
import { splitFiles } from './golden-files.ts';
import { environmentOf, memoryProject } from './memory-project.ts';

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
  helpers: { wait: 'busybox:1.37', backup: 'restic/restic:0.18.1' },
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

/** The input of a golden in `test/golden/workloads`, loaded, placed on two machines and rendered. */
export async function renderProject(text: string) {
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
  if (!project || diagnostics.some((d) => d.severity === 'error'))
    throw new Error(diagnostics.map((d) => `${d.location?.line}: ${d.message}`).join('\n'));
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
