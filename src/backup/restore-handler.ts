import { type Clock, FarthingError, until } from '../common/index.ts';
import type { Cluster, KubePorts } from '../kube/index.ts';
import type { Handler, RunContext } from '../operation/index.ts';
import type { RestoreData } from './operations.ts';
import { parseRecords, recordsRef, writeRecord } from './records.ts';
import { renderRestoreJob } from './render-job.ts';
import { runJob } from './run-job.ts';
import type { Proof } from './types.ts';

/** Remembers how many instances a Deployment had, so that a restore that was cut off can be run again. */
const replicasBefore = 'farthing.dev/replicas-before-restore';

/** `backup.restore`: stops the app but its databases, brings each part back, compares, writes the proof down, starts the app. */
export function restoreHandler({ cluster, clock }: KubePorts): Handler<RestoreData> {
  return {
    kind: 'backup.restore',
    find: async () => ({ state: 'pending', fingerprint: '' }),
    async ensure({ data: { input, backup, parts, stop } }, context) {
      const api = await cluster();
      await Promise.all(stop.map((name) => halt(api, clock, input.app, name, context)));
      const proven: Proof['parts'][number][] = [];
      for (const { part, from } of parts) {
        context.progress(part.name);
        const { word } = await runJob(api, clock, renderRestoreJob(input, part, from), `Restore of ${input.app}/${part.name}`, context);
        const { compared, rows } = JSON.parse(word) as { compared: number; rows: number };
        proven.push({ name: part.name, compared, rows, notCompared: from.changing });
      }
      await writeRecord(api, input.app, { restored: { backup: backup.id, at: new Date(clock.now()).toISOString(), parts: proven } });
      for (const name of stop) await resume(api, input.app, name);
    },
    async verify({ data: { input, backup } }) {
      const restored = parseRecords(await (await cluster()).get(recordsRef))[input.app]?.restored;
      if (restored?.backup === backup.id) return;
      throw new FarthingError('FAR-BACKUP-006', `The proof of the restore of ${input.app} is not written down in the cluster.`, {
        hint: 'Run `farthing restore` again.',
      });
    },
  };
}

function deployment(namespace: string, name: string) {
  return { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name };
}

async function halt(api: Cluster, clock: Clock, app: string, name: string, context: RunContext): Promise<void> {
  const live = await api.get(deployment(app, name));
  if (!live) return;
  const before = live.metadata.annotations?.[replicasBefore] ?? String(live.spec?.replicas ?? 1);
  await api.patch(deployment(app, name), { metadata: { annotations: { [replicasBefore]: before } }, spec: { replicas: 0 } });
  context.progress(`waits until ${name} has stopped`);
  const stopped = await until(
    async () => {
      const pods = await api.list('v1', 'Pod', { namespace: app, labels: `app.kubernetes.io/name=${name}` });
      return pods.length === 0 ? true : undefined;
    },
    { clock, deadline: 180_000, every: 500, most: 2000, signal: context.signal },
  );
  if (!stopped) {
    throw new FarthingError('FAR-KUBE-003', `${app}/${name} does not stop`, {
      hint: `See \`farthing status\`; \`farthing up ${app}\` starts it again.`,
    });
  }
}

async function resume(api: Cluster, app: string, name: string): Promise<void> {
  const live = await api.get(deployment(app, name));
  const before = live?.metadata.annotations?.[replicasBefore];
  if (before === undefined) return;
  await api.patch(deployment(app, name), { metadata: { annotations: { [replicasBefore]: null } }, spec: { replicas: Number(before) } });
}
