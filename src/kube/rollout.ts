import { FarthingError, formatDuration, until } from '../common/index.ts';
import type { Handler, Operation, RunContext } from '../operation/index.ts';
import type { KubePorts } from './apply-objects.ts';
import { type PodTrouble, podTrouble } from './pod-trouble.ts';
import type { Cluster, LiveObject } from './types.ts';
import { newestPods, type WorkloadRef, workloadState } from './workload-state.ts';

/** Data of a `kube.rollout` operation. `timeout` in milliseconds. */
export interface RolloutData {
  readonly namespace: string;
  readonly workloads: readonly WorkloadRef[];
  readonly timeout: number;
}

/** Plans the wait for an app's workloads; run after its objects are applied. Default patience: ten minutes. */
export function rolloutOperation(
  app: string,
  data: Omit<RolloutData, 'timeout'> & { readonly timeout?: number },
  after: readonly string[],
): Operation<RolloutData> {
  const names = data.workloads.map((workload) => workload.name);
  return {
    id: `kube.rollout:${app}`,
    kind: 'kube.rollout',
    title: `Wait until ${app} runs`,
    why: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} started or replaced`,
    target: { app },
    touches: [],
    destroys: [],
    after,
    assumes: '',
    data: { ...data, timeout: data.timeout ?? 600_000 },
  };
}

/** Milliseconds that something without a healthcheck has to stay up before it counts as running. */
const steadyFor = 3000;

/** `kube.rollout`: waits until workloads are available, or says early and in words why they will not be. */
export function rolloutHandler({ cluster, clock }: KubePorts): Handler<RolloutData> {
  const look = async (data: RolloutData) => {
    const api = await cluster();
    const states = await Promise.all(
      data.workloads.map(async (workload) => ({ workload, state: await workloadState(api, data.namespace, workload) })),
    );
    const failed = states.find(({ state }) => state.failed);
    if (failed) {
      const name = `${data.namespace}/${failed.workload.name}`;
      throw new FarthingError('FAR-KUBE-003', `${name} ${failed.state.words}.`, {
        hint: `\`farthing logs ${name.replace('/', ' ')}\` tells why.`,
      });
    }
    return { open: states.filter(({ state }) => !state.available), probed: states.every(({ state }) => state.probed) };
  };
  return {
    kind: 'kube.rollout',
    async find(operation) {
      return (await look(operation.data)).open.length === 0 ? { state: 'done' } : { state: 'pending', fingerprint: '' };
    },
    async ensure(operation, context) {
      const data = operation.data;
      const watcher = troubleWatcher(await cluster(), clock.now, data, context);
      let last: readonly string[] = [];
      let since: number | undefined;
      const finished = await until(
        async () => {
          const { open, probed } = await look(data);
          if (open.length === 0) {
            since ??= clock.now();
            return probed || clock.now() - since >= steadyFor ? true : undefined;
          }
          since = undefined;
          last = await watcher(open.map(({ workload, state }) => ({ workload, words: state.words })));
          return undefined;
        },
        { clock, deadline: data.timeout, every: 500, most: 2500, signal: context.signal },
      );
      if (finished) return;
      throw new FarthingError('FAR-KUBE-003', `Not running after ${formatDuration(data.timeout)}: ${last.join('; ')}.`, {
        hint: `\`farthing status\` and \`farthing logs ${data.namespace}\` show more; the cluster goes on trying.`,
      });
    },
    async verify(operation) {
      const { open: left } = await look(operation.data);
      if (left.length === 0) return;
      throw new FarthingError('FAR-KUBE-003', `${left.map(({ workload, state }) => `${workload.name}: ${state.words}`).join('; ')}.`, {
        hint: 'It ran for a moment and stopped again: `farthing logs` tells why.',
      });
    },
  };
}

/** Milliseconds a trouble may last before it ends the wait. Fatal ones too: a machine that has just joined needs a moment. */
function patience(trouble: PodTrouble): number {
  if (trouble.severity === 'waiting') return Number.POSITIVE_INFINITY;
  if (trouble.reason === 'arch') return 0;
  if (trouble.reason === 'unschedulable') return 30_000;
  if (trouble.severity === 'fatal') return 10_000;
  // Services that need each other may crash a few times until all are up.
  return trouble.reason === 'crash' ? 150_000 : 90_000;
}

type Waiting = readonly { readonly workload: WorkloadRef; readonly words: string }[];

/** Looks at the pods of what is not available; reports, and throws FAR-KUBE-003 when a trouble has lasted too long. */
function troubleWatcher(
  api: Cluster,
  now: () => number,
  data: RolloutData,
  context: RunContext,
): (waiting: Waiting) => Promise<readonly string[]> {
  const since = new Map<string, number>();
  let said = '';
  return async (waiting) => {
    const lines: string[] = [];
    const present = new Set<string>();
    for (const { workload, words } of waiting) {
      const pods = await newestPods(api, data.namespace, workload);
      const found = worst(pods);
      lines.push(`${workload.name}: ${found ? await detail(api, data.namespace, found) : words}`);
      if (!found) continue;
      const key = `${workload.name} ${found.trouble.reason}`;
      present.add(key);
      if (!since.has(key)) since.set(key, now());
      if (now() - (since.get(key) ?? 0) >= patience(found.trouble)) throw await failure(api, data.namespace, workload, found);
    }
    // Between two crashes it runs for a while: that does not start the count anew.
    for (const key of since.keys()) if (!present.has(key) && !/ (crash|memory)$/.test(key)) since.delete(key);
    if (lines.join('\n') !== said) for (const line of lines) context.progress(line);
    said = lines.join('\n');
    return lines;
  };
}

interface Found {
  readonly pod: LiveObject;
  readonly trouble: PodTrouble;
}

function worst(pods: readonly LiveObject[]): Found | undefined {
  const rank = { fatal: 0, failing: 1, waiting: 2 } as const;
  const found = pods.flatMap((pod) => {
    const trouble = podTrouble(pod);
    return trouble ? [{ pod, trouble }] : [];
  });
  return found.sort((a, b) => rank[a.trouble.severity] - rank[b.trouble.severity])[0];
}

async function failure(api: Cluster, namespace: string, workload: WorkloadRef, found: Found): Promise<FarthingError> {
  const { pod, trouble } = found;
  const log = trouble.reason === 'crash' && trouble.container ? await lastLine(api, namespace, pod.metadata.name, trouble.container) : '';
  const node = pod.spec?.nodeName ? ` on ${pod.spec.nodeName}` : '';
  if (/exec format error/i.test(log)) {
    return new FarthingError(
      'FAR-KUBE-003',
      `${namespace}/${workload.name} does not start${node}: its program is for another architecture (exec format error).`,
      {
        hint: 'Use an image for this architecture, or say `require:` with the one it has in farthing.yaml.',
      },
    );
  }
  const words = `${namespace}/${workload.name} does not start${node}: ${trouble.words}${log ? `. Its last line: ${log}` : ''}`;
  const hint = trouble.hint?.replace('`farthing logs`', `\`farthing logs ${namespace} ${workload.name}\``);
  return new FarthingError('FAR-KUBE-003', words, hint === undefined ? {} : { hint });
}

/** The trouble's words; while a pod is being started, also what the newest warning about it says. */
async function detail(api: Cluster, namespace: string, { pod, trouble }: Found): Promise<string> {
  if (trouble.reason !== 'start' || trouble.severity !== 'waiting') return trouble.words;
  const events = await api.list('v1', 'Event', { namespace, fields: `involvedObject.name=${pod.metadata.name}` });
  const when = (event: LiveObject): string => event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '';
  const newest = events.filter((event) => event.type === 'Warning').sort((a, b) => (when(a) < when(b) ? 1 : -1))[0];
  return newest ? `${trouble.words}; ${newest.reason}: ${String(newest.message).slice(0, 300)}` : trouble.words;
}

/** The last line a crashed container wrote; empty when it cannot be read any more. */
async function lastLine(api: Cluster, namespace: string, pod: string, container: string): Promise<string> {
  // While the next start is waited for, the log of the run that ended is the current one; after it, the previous.
  for (const previous of [false, true]) {
    let text = '';
    const onText = (part: string) => {
      text += part;
    };
    await api.logs(namespace, pod, { container, previous, tail: 5, onText }).catch(() => {});
    const line = text.trim().split('\n').at(-1) ?? '';
    // The kubelet says in place of the log that it has thrown it away.
    if (line !== '' && !line.startsWith('unable to retrieve container logs')) return line.slice(0, 200);
  }
  return '';
}
