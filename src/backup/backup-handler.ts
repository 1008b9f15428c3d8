import { FarthingError } from '../common/index.ts';
import type { KubePorts } from '../kube/index.ts';
import type { Handler } from '../operation/index.ts';
import type { BackupData } from './operations.ts';
import { parseRecords, recordsRef, writeRecord } from './records.ts';
import { renderBackupJob } from './render-job.ts';
import { runJob } from './run-job.ts';
import type { PartRecord } from './types.ts';

/** `backup.run`: each part by a Job of its own, one after the other. It is written down when all of them are there. */
export function backupHandler({ cluster, clock }: KubePorts): Handler<BackupData> {
  return {
    kind: 'backup.run',
    // A backup is of now: an earlier one does not make it unnecessary.
    find: async () => ({ state: 'pending', fingerprint: '' }),
    async ensure({ data: { input, id, parts } }, context) {
      const api = await cluster();
      const done: PartRecord[] = [];
      for (const part of parts) {
        context.progress(part.name);
        const job = renderBackupJob(input, part, id, parts.length);
        const { word } = await runJob(api, clock, job, `Backup of ${input.app}/${part.name}`, context);
        done.push({ kind: part.kind, name: part.name, ...readWord(word, part.name) });
      }
      await writeRecord(api, input.app, { last: { id, app: input.app, parts: done } });
    },
    async verify({ data: { input, id, parts } }) {
      const last = parseRecords(await (await cluster()).get(recordsRef))[input.app]?.last;
      if (last?.id === id && last.parts.length === parts.length) return;
      throw new FarthingError('FAR-BACKUP-004', `The backup ${id} of ${input.app} is not written down in the cluster.`, {
        hint: 'Run `farthing backup` again.',
      });
    },
  };
}

/** What the Job said. Without both snapshots there is no backup, whatever its exit code was. */
function readWord(word: string, name: string): Omit<PartRecord, 'kind' | 'name'> {
  try {
    const said = JSON.parse(word) as Omit<PartRecord, 'kind' | 'name'>;
    if (/^[0-9a-f]{64}$/.test(said.data) && /^[0-9a-f]{64}$/.test(said.manifest)) return said;
  } catch {
    // Below.
  }
  throw new FarthingError('FAR-BACKUP-004', `The Job for ${name} ended without naming its snapshots.`, {
    hint: 'Nothing of it counts. Run the command again.',
  });
}
