import { deleteOperation, type LiveObject, managedByLabel, type ObjectRef, objectsOperation, rolloutOperation } from '../kube/index.ts';
import type { Finding, Operation } from '../operation/index.ts';
import { type RenderedApp, renderApp } from '../workloads/index.ts';
import { appsOf, type PlanInput, presentCluster } from './input.ts';
import type { Placed } from './place.ts';

const appLabel = 'farthing.dev/app';

/** The apps of the plan as objects. Apps whose Compose file has errors are left out: those are refusals. */
export function renderAll(input: PlanInput, placed: Placed): RenderedApp[] {
  return appsOf(input).flatMap((app) => {
    const project = input.projects[app.name];
    if (!project) return [];
    return [
      renderApp({
        app,
        project,
        platforms: input.platforms,
        catalog: input.catalog,
        decisions: placed.decisions[app.name] ?? {},
        clusterId: input.clusterId,
      }),
    ];
  });
}

/** What has to be done to the objects of the apps in the file. */
export function appWork(
  input: PlanInput,
  rendered: readonly RenderedApp[],
  after: readonly string[],
): { readonly operations: readonly Operation[]; readonly findings: readonly Finding[] } {
  const cluster = presentCluster(input.world);
  const live = cluster?.objects ?? [];
  const findings: Finding[] = [];
  const operations = rendered.flatMap((app) => {
    const planned = objectsOperation(app.app, app.objects, live, after);
    findings.push(...planned.findings);
    const leftover = leftovers(app, live);
    const removal = deleteOperation(app.app, leftover, {
      why: 'they are no longer in the compose file',
      claims: cluster?.claims ?? [],
      whole: false,
      after: planned.operation ? [planned.operation.id] : after,
    });
    const workloads = app.objects
      .filter((object) => object.kind === 'Deployment')
      .map((object) => ({ kind: 'Deployment' as const, name: object.metadata.name }));
    const broken = workloads.filter(({ name }) => !isAvailable(live, app.app, name));
    const waiting = planned.restarts.length > 0 || broken.length > 0;
    const rollout = waiting
      ? rolloutOperation(
          app.app,
          {
            namespace: app.app,
            workloads: workloads.filter(({ name }) => planned.restarts.includes(name) || broken.some((b) => b.name === name)),
          },
          planned.operation ? [planned.operation.id] : after,
        )
      : undefined;
    return [planned.operation, removal, rollout].filter((operation) => operation !== undefined);
  });
  return { operations, findings };
}

/** Removes what belongs to apps that are no longer in the file. Their volumes stay. */
export function removedApps(input: PlanInput, after: readonly string[]): Operation[] {
  const cluster = presentCluster(input.world);
  if (!cluster || input.only !== undefined) return [];
  const named = new Set(input.spec.apps.map((app) => app.name));
  const gone = [...new Set(cluster.objects.flatMap((object) => object.metadata.labels?.[appLabel] ?? []))]
    .filter((app) => !named.has(app))
    .sort();
  return gone.flatMap((app) => {
    const objects = cluster.objects.filter((object) => isOf(object, app)).map(refOf);
    return (
      deleteOperation(app, objects, {
        why: `${app} is no longer in the file; its volumes are kept`,
        claims: cluster.claims,
        whole: true,
        after,
      }) ?? []
    );
  });
}

/** Objects of ours in the app's namespace that are not rendered any more; claims are not among them. */
function leftovers(app: RenderedApp, live: readonly LiveObject[]): ObjectRef[] {
  const wanted = new Set(app.objects.map((object) => `${object.kind}/${object.metadata.name}`));
  return live
    .filter(
      (object) => isOf(object, app.app) && object.kind !== 'PersistentVolumeClaim' && !wanted.has(`${object.kind}/${object.metadata.name}`),
    )
    .map(refOf);
}

function isOf(object: LiveObject, app: string): boolean {
  return (
    object.metadata.labels?.[appLabel] === app &&
    object.metadata.labels?.[managedByLabel] === 'farthing' &&
    object.metadata.deletionTimestamp === undefined
  );
}

function refOf(object: LiveObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** Whether a Deployment that exists has all its pods. One that does not exist yet is waited for as a restart. */
function isAvailable(live: readonly LiveObject[], namespace: string, name: string): boolean {
  const found = live.find(
    (object) => object.kind === 'Deployment' && object.metadata.namespace === namespace && object.metadata.name === name,
  );
  return found === undefined || (found.status?.availableReplicas ?? 0) >= (found.spec?.replicas ?? 1);
}
