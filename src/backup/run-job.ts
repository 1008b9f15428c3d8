import { type Clock, FarthingError, until } from '../common/index.ts';
import { type Cluster, type LiveObject, podTrouble, refOf } from '../kube/index.ts';
import type { RunContext } from '../operation/index.ts';
import { explainEnd } from './explain-end.ts';
import { type JobObjects, jobLabel } from './render-job.ts';

/** What a Job's main container left: its last word, and its output when that was asked for. */
export interface JobResult {
  readonly word: string;
  readonly output: string;
}

/** Milliseconds that a pod may stay unscheduled or without its image before that is taken for final. */
const patience = 60_000;

/**
 * Runs one Job to its end and removes it and its Secret, whatever happens. Throws FAR-BACKUP-… unless
 * it ended well. Remains of a farthing that was killed are removed first: the caller holds the lease.
 */
export async function runJob(api: Cluster, clock: Clock, objects: JobObjects, what: string, context: RunContext): Promise<JobResult> {
  const { job, secret } = objects;
  const namespace = job.metadata.namespace ?? '';
  await clear(api, clock, namespace);
  try {
    await api.apply(secret, { force: true });
    const made = await api.create(job);
    const pod = await ended(api, clock, made, what, context);
    const containers = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    const bad = containers.find((container) => container.state?.terminated?.exitCode !== 0);
    if (bad || pod.status?.phase !== 'Succeeded') throw explainEnd(what, bad, pod);
    let output = '';
    await api.logs(namespace, pod.metadata.name, { onText: (text) => (output += text) });
    return { word: String(containers.at(-1)?.state?.terminated?.message ?? ''), output };
  } finally {
    await clear(api, clock, namespace).catch(() => undefined);
  }
}

/** The pod of a Job once it has ended. */
async function ended(api: Cluster, clock: Clock, job: LiveObject, what: string, context: RunContext): Promise<LiveObject> {
  const namespace = job.metadata.namespace ?? '';
  const gone = new FarthingError('FAR-BACKUP-004', `${what}: its Job was killed before it ended`, {
    hint: 'Nothing of it counts. Run the command again.',
  });
  let stuckSince: number | undefined;
  const pod = await until(
    async () => {
      const live = await api.get(refOf(job as never));
      if (live?.metadata.uid !== job.metadata.uid) throw gone;
      const pods = await api.list('v1', 'Pod', { namespace, labels: `batch.kubernetes.io/job-name=${job.metadata.name}` });
      const [found] = pods;
      if (!found) {
        if ((live?.status?.failed ?? 0) > 0) throw gone;
        return undefined;
      }
      if (['Succeeded', 'Failed'].includes(found.status?.phase)) return found;
      const trouble = podTrouble(found);
      context.progress(found.status?.phase === 'Running' ? 'runs' : (trouble?.words ?? 'runs'));
      if (trouble?.severity !== 'fatal') stuckSince = undefined;
      else {
        stuckSince ??= clock.now();
        if (clock.now() - stuckSince > patience) {
          throw new FarthingError('FAR-BACKUP-004', `${what}: its pod cannot run: ${trouble.words}`, {
            ...(trouble.hint === undefined ? {} : { hint: trouble.hint }),
          });
        }
      }
      return undefined;
    },
    { clock, deadline: 24 * 3600_000, every: 500, most: 2000, signal: context.signal },
  );
  if (!pod) throw gone;
  return pod;
}

/** Removes every Job, pod and Secret of this room in a namespace and waits until no pod of it runs. */
async function clear(api: Cluster, clock: Clock, namespace: string): Promise<void> {
  const jobs = await api.list('batch/v1', 'Job', { namespace, labels: `${jobLabel}=${namespace}` });
  for (const job of jobs) {
    await api.delete({ apiVersion: 'batch/v1', kind: 'Job', namespace, name: job.metadata.name }, { propagation: 'Background' });
  }
  for (const secret of await api.list('v1', 'Secret', { namespace, labels: `${jobLabel}=${namespace}` })) {
    await api.delete({ apiVersion: 'v1', kind: 'Secret', namespace, name: secret.metadata.name });
  }
  if (jobs.length === 0) return;
  await until(
    async () => ((await api.list('v1', 'Pod', { namespace, labels: `${jobLabel}=${namespace}` })).length === 0 ? true : undefined),
    {
      clock,
      deadline: 90_000,
      every: 500,
      most: 2000,
    },
  );
}
