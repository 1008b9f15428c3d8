import { loadCatalog } from '../catalog/index.ts';
import { type Diagnostic, errorCodes } from '../common/index.ts';
import { createRegistryClient, type Platforms } from '../images/index.ts';
import type { World } from '../observe/index.ts';
import { type Plan, type PlanInput, planUp } from '../plan/index.ts';
import type { Spec } from '../spec/index.ts';
import type { CommandContext, Invocation } from './command.ts';
import { requireApp } from './pods.ts';
import { DiagnosticsError } from './report.ts';
import { openSession, rememberSecrets, type Session } from './session.ts';
import { loadWorkspace, type Workspace } from './workspace.ts';

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
  options: { readonly offline: boolean; readonly newId: string },
): Promise<Gathered> {
  const workspace = await loadWorkspace(invocation.file, context);
  const { spec } = workspace;
  if (!spec) throw new DiagnosticsError(workspace.diagnostics, workspace.sources);
  const [only] = invocation.args;
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
      version: context.version,
      ...(only === undefined ? {} : { only }),
    };
    const plan = planUp(input);
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
  const client = createRegistryClient({ registries: spec.registries, env: context.env, clock: context.clock });
  const images = new Set(Object.values(workspace.projects).flatMap((project) => project.services.map((service) => service.image)));
  try {
    return Object.fromEntries(await Promise.all([...images].map(async (image) => [image, await client.platforms(image)] as const)));
  } finally {
    await client.close();
  }
}
