import { formatBytes } from '../common/index.ts';
import type { Finding, Operation } from '../operation/index.ts';
import type { Manifest } from '../workloads/index.ts';
import { describe } from './connect.ts';
import type { Difference } from './differences.ts';
import { explainDifferences } from './explain-differences.ts';
import { claimDifferences, immutableDifferences } from './immutable.ts';
import { fingerprintObjects, type ObjectState, pairObjects } from './objects-state.ts';
import { parseQuantity } from './quantity.ts';
import type { LiveObject } from './types.ts';

/** Data of a `kube.objects` operation: all objects of one app, in any order; Secrets sealed. */
export interface ObjectsData {
  readonly objects: readonly Manifest[];
}

/** What the plan says about one app's objects. */
export interface PlannedObjects {
  /** undefined when everything is as wanted. */
  readonly operation: Operation<ObjectsData> | undefined;
  /** Things an apply cannot do: claims that would have to change. */
  readonly findings: readonly Finding[];
  /** Names of the workloads whose pods will be made or replaced. */
  readonly restarts: readonly string[];
}

/** Plans the objects of one app. Pure: `live` are the objects seen, those of other apps do not matter. */
export function objectsOperation(
  app: string,
  objects: readonly Manifest[],
  live: readonly LiveObject[],
  after: readonly string[] = [],
): PlannedObjects {
  const states = pairObjects(objects, live);
  const findings = states.flatMap((state) => stuckClaim(state));
  // A claim that only differs in what cannot change is left alone, so that it is said once and not tried for ever.
  const wanted = states.filter((state) => claimDifferences(state.desired.kind, state.differences).length === 0);
  const changed = wanted.filter((state) => state.differences.length > 0);
  if (changed.length === 0) return { operation: undefined, findings, restarts: [] };
  const fresh = changed.length === objects.length && changed.every((state) => state.live === undefined);
  const operation: Operation<ObjectsData> = {
    id: `kube.objects:${app}`,
    kind: 'kube.objects',
    title: fresh
      ? `Deploy ${app}`
      : `Change ${app}: ${changed.map((state) => `${state.desired.kind} ${state.desired.metadata.name}`).join(', ')}`,
    why: fresh ? `${app} is not on the cluster yet` : changed.map((state) => why(state)).join('. '),
    target: { app },
    touches: changed.map((state) => touch(state)),
    destroys: [],
    after,
    assumes: fingerprintObjects(wanted),
    data: { objects: wanted.map((state) => state.desired) },
  };
  return { operation, findings, restarts: changed.filter(restartsPods).map((state) => state.desired.metadata.name) };
}

function why(state: ObjectState): string {
  return `${state.desired.kind} ${state.desired.metadata.name}: ${explainDifferences(state.desired, state.live)}`;
}

function touch(state: ObjectState): string {
  const name = describe(state.desired.kind, state.desired.metadata);
  const anew = state.live ? immutableDifferences(state.desired.kind, state.differences) : [];
  return anew.length > 0 ? `${name} (made anew: ${anew[0]?.path} cannot change)` : name;
}

const workloads = new Set(['Deployment', 'StatefulSet', 'Job']);

function restartsPods(state: ObjectState): boolean {
  const inTemplate = (difference: Difference) => difference.path === '' || difference.path.startsWith('spec.');
  return workloads.has(state.desired.kind) && state.differences.some(inTemplate);
}

function stuckClaim(state: ObjectState): Finding[] {
  if (state.live === undefined) return [];
  return claimDifferences(state.desired.kind, state.differences).map((difference) => ({
    severity: 'refuse',
    id: 'claim-changed',
    message: `Volume ${state.desired.metadata.namespace}/${state.desired.metadata.name} exists, and ${difference.path} of a volume cannot change (it is ${text(difference.path, difference.is)}, wanted ${text(difference.path, difference.wanted)}).`,
    hint: 'Write what it was made with; or back the data up, remove the volume with `farthing prune` and start anew.',
  }));
}

function text(path: string, value: unknown): string {
  if (value === undefined) return 'not set';
  const bytes = path.endsWith('.storage') ? parseQuantity(value) : undefined;
  if (bytes !== undefined) return formatBytes(bytes);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
