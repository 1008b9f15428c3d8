import { type Bytes, FarthingError, until } from '../common/index.ts';
import type { Destruction, Handler, Operation, RunContext } from '../operation/index.ts';
import type { KubePorts } from './apply-objects.ts';
import type { Cluster, LiveObject } from './types.ts';
import { volumesOnNode } from './volumes-on-node.ts';

/** Data of a `node.drain` operation. `patience` in milliseconds, for budgets that say "not now". */
export interface DrainData {
  readonly node: string;
  readonly patience: number;
}

/** What of the cluster a drain concerns. `sizes` in bytes by volume name, where somebody has measured them. */
export interface DrainWorld {
  readonly pods: readonly LiveObject[];
  readonly volumes: readonly LiveObject[];
  readonly sizes?: Readonly<Record<string, Bytes>>;
}

/** Plans the drain of a node; the data that is on it is named as lost with it. */
export function drainOperation(
  node: string,
  world: DrainWorld,
  options: { readonly why: string; readonly after?: readonly string[] },
): Operation<DrainData> {
  const moving = world.pods.filter((pod) => isEvictable(pod, node)).map((pod) => `${pod.metadata.namespace}/${pod.metadata.name}`);
  const destroys: Destruction[] = volumesOnNode(world.volumes, node).map((volume) => {
    const size = world.sizes?.[volume.name];
    const what = `volume ${volume.namespace}/${volume.claim} on ${node}`;
    return size === undefined ? { what } : { what, size };
  });
  return {
    id: `node.drain:${node}`,
    kind: 'node.drain',
    title: `Move everything away from ${node}`,
    why: options.why,
    target: { machine: node },
    touches: [`Node ${node} (no new pods)`, ...moving.map((pod) => `Pod ${pod} (stopped here, started elsewhere where it can be)`)],
    destroys,
    after: options.after ?? [],
    assumes: '',
    data: { node, patience: 300_000 },
  };
}

/** `node.drain`: no new pods, then each is evicted (disruption budgets are waited for) and gone. DaemonSets stay. */
export function drainHandler({ cluster, clock }: KubePorts): Handler<DrainData> {
  const look = async (name: string) => {
    const api = await cluster();
    const node = await api.get({ apiVersion: 'v1', kind: 'Node', name });
    const pods = node ? await api.list('v1', 'Pod', { fields: `spec.nodeName=${name}` }) : [];
    // A machine that is not heard of cannot say that a pod has stopped: those go with the Node.
    const isOver = (pod: LiveObject) => pod.metadata.deletionTimestamp !== undefined && node !== undefined && !isHeardOf(node);
    return { node, pods: pods.filter((pod) => isEvictable(pod, name) && !isOver(pod)) };
  };
  const isDone = ({ node, pods }: Awaited<ReturnType<typeof look>>) =>
    node === undefined || (node.spec?.unschedulable === true && pods.length === 0);
  return {
    kind: 'node.drain',
    async find(operation) {
      return isDone(await look(operation.data.node)) ? { state: 'done' } : { state: 'pending', fingerprint: '' };
    },
    async ensure(operation, context) {
      const api = await cluster();
      const { node: name, patience } = operation.data;
      await api.patch({ apiVersion: 'v1', kind: 'Node', name }, { spec: { unschedulable: true } });
      let blocked: string[] = [];
      const empty = await until(
        async () => {
          const { pods } = await look(name);
          if (pods.length === 0) return true;
          blocked = await evictAll(api, pods, context);
          return undefined;
        },
        { clock, deadline: patience, every: 1000, most: 5000, signal: context.signal },
      );
      if (empty) return;
      const reason = blocked.length > 0 ? `a disruption budget keeps ${blocked.join(', ')}` : 'its pods do not stop';
      throw new FarthingError('FAR-APPLY-003', `${name} could not be emptied: ${reason}.`, {
        hint:
          blocked.length > 0
            ? 'Make room elsewhere so that another copy can start, or remove the budget: kubectl get pdb -A.'
            : `See which are left: kubectl get pods -A --field-selector spec.nodeName=${name}`,
      });
    },
    async verify(operation) {
      if (isDone(await look(operation.data.node))) return;
      throw new FarthingError('FAR-APPLY-003', `${operation.data.node} has pods again or takes new ones.`, {
        hint: 'Somebody else may have uncordoned it; run the command again.',
      });
    },
  };
}

function isHeardOf(node: LiveObject): boolean {
  const conditions: { type: string; status: string }[] = node.status?.conditions ?? [];
  // A Node without conditions is taken for a living one.
  return conditions.find((condition) => condition.type === 'Ready')?.status !== 'Unknown';
}

async function evictAll(api: Cluster, pods: readonly LiveObject[], context: RunContext): Promise<string[]> {
  const blocked: string[] = [];
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    if ((await api.evict(pod.metadata.namespace ?? '', pod.metadata.name)) === 'blocked') blocked.push(name);
    else context.progress(`stopping ${name}`);
  }
  if (blocked.length > 0) context.progress(`waiting for a disruption budget: ${blocked.join(', ')}`);
  return blocked;
}

/** Pods a drain moves: not those of DaemonSets, not static ones, not those that have finished. */
function isEvictable(pod: LiveObject, node: string): boolean {
  if (pod.spec?.nodeName !== node) return false;
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return false;
  if (['Succeeded', 'Failed'].includes(pod.status?.phase)) return false;
  const owners = (pod.metadata.ownerReferences ?? []) as { kind: string; controller?: boolean }[];
  return !owners.some((owner) => owner.controller && owner.kind === 'DaemonSet');
}
