import { readFile } from 'node:fs/promises';
import { loadCatalog } from '../catalog/index.ts';
import { type Diagnostic, errorCodes, type Sealed } from '../common/index.ts';
import { createRegistryClient, type Platforms } from '../images/index.ts';
import type { World } from '../observe/index.ts';
import { type Plan, type PlanInput, planUp } from '../plan/index.ts';
import type { Spec } from '../spec/index.ts';
import type { CommandContext, Invocation } from './command.ts';
import { requireApp } from './pods.ts';
import { DiagnosticsError } from './report.ts';
import { secretFinder } from './secrets.ts';
import { openSession, rememberSecrets, type Session } from './session.ts';
import { addSource, loadWorkspace, type Workspace } from './workspace.ts';

/** A plan and what it was made from. */
export interface Gathered {
  readonly plan: Plan;
  readonly input: PlanInput;
  readonly sources: ReadonlyMap<string, string>;
  session(): Promise<Session>;
  exitOf(diagnostic: Diagnostic): number;
  close(): Promise<void>;
}

/**
 * Reads the files, looks at hosts, cluster and registries at the same time, and plans. Problems of
 * the files are thrown together with what the looks and the plan itself found wrong, so that one
 * run names everything.
 */
export async function gatherPlan(
  invocation: Invocation,
  context: CommandContext,
  options: { readonly offline: boolean; readonly newId: string; readonly only?: string | undefined },
): Promise<Gathered> {
  const workspace = await loadWorkspace(invocation.file, context);
  const { spec } = workspace;
  if (!spec) throw new DiagnosticsError(workspace.diagnostics, workspace.sources);
  const { only } = options;
  if (only !== undefined) requireApp(spec, only);
  rememberSecrets(workspace, context);
  const broken = workspace.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  const session = openSession(spec, workspace, invocation, context);
  try {
    // A file with mistakes is not worth waiting for ssh: only what tells more mistakes is looked at.
    const [world, platforms] = await Promise.all([
      options.offline || broken ? undefined : session.observe(),
      options.offline ? {} : platformsOf(spec, workspace, context),
    ]);
    const input: PlanInput = {
      spec,
      projects: workspace.projects,
      platforms,
      world,
      catalog: loadCatalog(),
      clusterId: idOf(world, spec) ?? options.newId,
      registryInputs: await registryInputsOf(spec, context, options.offline || broken),
      ...(spec.k3s.ca === undefined || options.offline || broken
        ? {}
        : { downloadCa: await readFile(spec.k3s.ca, 'utf8').catch(() => '') }),
      version: context.version,
      ...(only === undefined ? {} : { only }),
    };
    const plan = planUp(input);
    for (const refusal of plan.refusals) addSource(refusal.location?.file, workspace.sources, context);
    if (broken) throw new DiagnosticsError([...workspace.diagnostics, ...plan.refusals], workspace.sources);
    return {
      plan: { ...plan, refusals: [...workspace.diagnostics.filter((d) => d.severity === 'error'), ...plan.refusals] },
      input,
      sources: workspace.sources,
      session: async () => session,
      exitOf: (diagnostic) => errorCodes[diagnostic.code].exit,
      close: () => session.close(),
    };
  } catch (thrown) {
    await session.close();
    throw thrown;
  }
}

/** The id of the cluster these machines carry already, also when an earlier `up` was broken off. */
function idOf(world: World | undefined, spec: Spec): string | undefined {
  if (world?.cluster.state === 'present') return world.cluster.id;
  for (const entry of Object.values(world?.hosts ?? {})) {
    if (!('unreachable' in entry) && entry.owner?.cluster === spec.name) return entry.owner.id;
  }
  return undefined;
}

async function platformsOf(spec: Spec, workspace: Workspace, context: CommandContext): Promise<Record<string, Platforms>> {
  const client = createRegistryClient({
    registries: spec.registries,
    readFile: (path) => readFile(path, 'utf8'),
    secret: secretFinder(spec, context),
    clock: context.clock,
  });
  const named = Object.values(workspace.projects).flatMap((project) => project.services.map((service) => service.image));
  const images = new Set([...named, loadCatalog().helpers.wait]);
  try {
    return Object.fromEntries(await Promise.all([...images].map(async (image) => [image, await client.platforms(image)] as const)));
  } finally {
    await client.close();
  }
}

/** What `registries:` refers to, read here: passwords and private CAs. Nothing is needed when nothing is done. */
async function registryInputsOf(spec: Spec, context: CommandContext, offline: boolean): Promise<PlanInput['registryInputs']> {
  const passwords: Record<string, Sealed> = {};
  const certificates: Record<string, string> = {};
  if (offline) return { passwords, certificates };
  const find = secretFinder(spec, context);
  for (const [host, config] of Object.entries(spec.registries.configs)) {
    if (config.auth) passwords[host] = await find(config.auth.password);
    if (config.tls?.ca !== undefined) certificates[config.tls.ca] = await readFile(config.tls.ca, 'utf8').catch(() => '');
  }
  return { passwords, certificates };
}
