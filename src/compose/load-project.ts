import { dirname, join, relative } from 'node:path';
import { type Diagnostic, type Environment, sortDiagnostics } from '../common/index.ts';
import { checkName } from './check-name.ts';
import { createProblems, type Problems } from './problems.ts';
import { readDotenvFile, readFiles } from './read-files.ts';
import { readNetworks } from './read-networks.ts';
import { readSources } from './read-secrets.ts';
import { readService, type ServiceContext } from './read-service.ts';
import { readVolumeKeys } from './read-volume-keys.ts';
import { readMap, readTexts } from './scalars.ts';
import { entryOf, type MapTree, type Tree } from './tree.ts';
import type { Project, ProjectFiles, Service } from './types.ts';

/** What to load and from where. */
export interface LoadOptions {
  /** Compose files, absolute, in merge order. */
  readonly files: readonly string[];
  readonly io: ProjectFiles;
  /** Variables of the caller; they win over `.env`. */
  readonly env: Environment;
  readonly projectName: string;
  readonly profiles: readonly string[];
}

/**
 * What could be understood of the project, and everything that was found wrong, in file order. With
 * an error among it, the project is good for looking at its images and sizes in the same run only.
 */
export interface LoadedProject {
  readonly project?: Project;
  readonly diagnostics: readonly Diagnostic[];
}

const topKeys = ['version', 'name', 'services', 'networks', 'volumes', 'secrets', 'configs', 'include', 'models'];

/**
 * Loads a Compose project in the order of compose-go's parsing.md: each file is read and
 * interpolated, then they are merged, then read. Everything wrong is reported in one run.
 */
export async function loadProject(options: LoadOptions): Promise<LoadedProject> {
  const problems = createProblems();
  const { env, io } = options;
  const dir = dirname(options.files[0] ?? '.');
  const show = (path: string) => {
    const near = relative(env.cwd, path);
    return near.startsWith('..') ? path : near;
  };
  const variables = await readDotenvFile(join(dir, '.env'), options, show, problems);
  const lookup = (name: string) =>
    env.get(name) ?? variables.get(name) ?? (name === 'COMPOSE_PROJECT_NAME' ? options.projectName : undefined);
  const merged = await readFiles(options, show, lookup, problems);
  const project = merged && (await readProject(merged, { ...options, files: io, dir, lookup, show }, problems));
  const diagnostics = sortDiagnostics(problems.diagnostics);
  return project ? { project, diagnostics } : { diagnostics };
}

interface ProjectContext extends Pick<ServiceContext, 'files' | 'dir' | 'lookup' | 'show'> {
  readonly projectName: string;
  readonly profiles: readonly string[];
}

async function readProject(tree: Tree, context: ProjectContext, problems: Problems): Promise<Project | undefined> {
  const top = readMap(tree, 'a compose file', topKeys, problems);
  if (!top) return undefined;
  checkTop(top, context, problems);
  const services = entryOf(top, 'services')?.value;
  const maps = services && readMap(services, 'services', services.kind === 'map' ? services.entries.map((e) => e.key) : [], problems);
  if (!services || maps?.entries.length === 0) problems.error(services?.at ?? top.at, 'there are no services');
  const all = new Set(maps?.entries.map((e) => e.key) ?? []);
  const chosen = (maps?.entries ?? []).filter((entry) => isEnabled(entry.value, context.profiles, problems.of(entry.key)));
  const declared = (key: string) => new Set(keysOf(top, key));
  const [secrets, configs] = await Promise.all(
    (['secrets', 'configs'] as const).map(async (kind) => ({
      declared: declared(kind),
      sources: await readSources(kind, entryOf(top, kind)?.value, context, problems),
    })),
  );
  const serviceContext: ServiceContext = {
    ...context,
    volumes: declared('volumes'),
    networks: readNetworks(entryOf(top, 'networks')?.value, problems),
    secrets: secrets as ServiceContext['secrets'],
    configs: configs as ServiceContext['configs'],
    enabled: new Set(chosen.map((entry) => entry.key)),
    all,
  };
  const read: Service[] = [];
  for (const entry of chosen) {
    const about = problems.of(entry.key);
    checkName(entry.key, entry.keyAt, about);
    if (entry.value.kind !== 'map') about.error(entry.value.at, 'it has to be a map');
    else read.push(...[await readService(entry, entry.value, serviceContext, about)].filter((s) => s !== undefined));
  }
  checkCircles(read, problems);
  return { name: context.projectName, services: read, volumes: readVolumeKeys(top, read, problems), notes: sortNotes(problems.notes) };
}

function checkTop(top: MapTree, { projectName }: ProjectContext, problems: Problems): void {
  const name = entryOf(top, 'name');
  if (name?.value.kind === 'scalar' && name.value.value !== projectName)
    problems.note('name', name.keyAt, `the app is called ${projectName}, as in farthing.yaml`);
  const version = entryOf(top, 'version');
  if (version) problems.note('version', version.keyAt, 'obsolete; Compose ignores it too');
  const include = entryOf(top, 'include');
  if (include)
    problems.error(
      include.keyAt,
      'include cannot be mapped: it needs the file flattened',
      'Write `docker compose config > compose.flat.yaml` and name that file in farthing.yaml.',
      'FAR-COMPOSE-004',
    );
  const models = entryOf(top, 'models');
  if (models)
    problems.error(
      models.keyAt,
      'models cannot be mapped: Docker runs something of its own for it',
      'Run the model as a service.',
      'FAR-COMPOSE-004',
    );
}

function isEnabled(service: Tree, profiles: readonly string[], problems: Problems): boolean {
  const tree = entryOf(service, 'profiles')?.value;
  const wanted = tree ? readTexts(tree, 'profiles', problems) : [];
  return wanted.length === 0 || profiles.includes('*') || wanted.some((profile) => profiles.includes(profile));
}

function keysOf(top: MapTree, key: string): readonly string[] {
  const value = entryOf(top, key)?.value;
  return value?.kind === 'map' ? value.entries.map((entry) => entry.key) : [];
}

function checkCircles(services: readonly Service[], problems: Problems): void {
  const byName = new Map(services.map((service) => [service.name, service]));
  const state = new Map<string, 'open' | 'done'>();
  const visit = (service: Service, path: readonly string[]): void => {
    if (state.get(service.name) === 'done') return;
    if (state.get(service.name) === 'open') {
      const circle = [...path.slice(path.indexOf(service.name)), service.name];
      problems.error(service.at, `services wait for each other in a circle: ${circle.join(' → ')}`, 'Take one depends_on away.');
      return;
    }
    state.set(service.name, 'open');
    for (const { service: name } of service.dependsOn) {
      const next = byName.get(name);
      if (next) visit(next, [...path, service.name]);
    }
    state.set(service.name, 'done');
  };
  for (const service of services) visit(service, []);
}

function sortNotes(notes: Project['notes']): Project['notes'] {
  return [...notes].sort((a, b) =>
    a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.line - b.at.line || a.at.column - b.at.column,
  );
}
