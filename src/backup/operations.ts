import { FarthingError, formatBytes } from '../common/index.ts';
import type { Operation } from '../operation/index.ts';
import type { AppParts } from './parts-of.ts';
import type { JobInput } from './render-job.ts';
import type { Backup, Part, PartRecord } from './types.ts';

/** Data of a `backup.run` operation. */
export interface BackupData {
  readonly input: JobInput;
  readonly id: string;
  readonly parts: readonly Part[];
}

/** Data of a `backup.restore` operation. */
export interface RestoreData {
  readonly input: JobInput;
  readonly backup: Backup;
  readonly parts: readonly { readonly part: Part; readonly from: PartRecord }[];
  /** Deployments that stand still meanwhile. */
  readonly stop: readonly string[];
}

/** Plans the backup of one app; undefined when it keeps nothing. */
export function backupOperation(
  input: JobInput,
  { parts, unused }: AppParts,
  id: string,
  after: readonly string[],
): Operation<BackupData> | undefined {
  if (parts.length === 0) return undefined;
  const nothing = unused.length === 0 ? '' : `; never used and left out: ${unused.join(', ')}`;
  return {
    id: `backup.run:${input.app}`,
    kind: 'backup.run',
    title: `Back up ${input.app}`,
    why: `${parts.map(partText).join(', ')}${nothing}`,
    target: { app: input.app },
    touches: [`the repository ${input.access.url}`, `Jobs in the namespace ${input.app}, removed when they are done`],
    destroys: [],
    after,
    assumes: '',
    data: { input, id, parts },
  };
}

/** Plans a restore over what is there. Throws FAR-BACKUP-005 when the app has no place for a part of the backup. */
export function restoreOperation(input: JobInput, { parts, others }: AppParts, backup: Backup): Operation<RestoreData> {
  const pairs = backup.parts.map((from) => {
    const part = parts.find((item) => item.kind === from.kind && item.name === from.name);
    if (part) return { part, from };
    const what = from.kind === 'files' ? `volume ${from.name}` : `MariaDB service ${from.name}`;
    throw new FarthingError(
      'FAR-BACKUP-005',
      `Backup ${backup.id} has a ${what}, and ${input.app} on the cluster has none to restore into.`,
      {
        hint: `Write it into the Compose file as it was, and run \`farthing up ${input.app}\` first: it makes the volume, empty.`,
      },
    );
  });
  const stopped = others.length === 0 ? '' : `; ${others.join(', ')} ${others.length === 1 ? 'stands' : 'stand'} still meanwhile`;
  return {
    id: `backup.restore:${input.app}`,
    kind: 'backup.restore',
    title: `Restore ${input.app} from the backup ${backup.id}`,
    why: `${backup.parts.map(recordText).join(', ')}${stopped}`,
    target: { app: input.app },
    touches: [
      ...pairs.map(({ part }) => partText(part)),
      ...others.map((name) => `Deployment ${input.app}/${name}, stopped and started again`),
    ],
    destroys: backup.parts.map((from) => ({
      what:
        from.kind === 'files'
          ? `what is in the volume ${input.app}/${from.name} now`
          : `what is in the databases of ${input.app}/${from.name} now`,
    })),
    after: [],
    assumes: '',
    data: { input, backup, parts: pairs, stop: others },
  };
}

function partText(part: Part): string {
  return part.kind === 'files' ? `volume ${part.name}` : `databases of ${part.name}`;
}

/** A part of a backup in words, with its size. */
export function recordText(part: PartRecord): string {
  const size = formatBytes(part.bytes);
  if (part.kind === 'mariadb') return `databases of ${part.name} (${part.tables} tables, ${part.rows} rows, ${size})`;
  return `volume ${part.name} (${part.files} files, ${size})`;
}
