import { readFile } from 'node:fs/promises';
import { type AppParts, type JobInput, partsOf } from '../backup/index.ts';
import { loadCatalog } from '../catalog/index.ts';
import { FarthingError } from '../common/index.ts';
import type { Cluster } from '../kube/index.ts';
import type { Operation } from '../operation/index.ts';
import type { Plan } from '../plan/index.ts';
import type { CommandContext } from './command.ts';
import { secretFinder } from './secrets.ts';
import type { Session } from './session.ts';

/** What the Jobs of a backup or a restore need, by app: the repository with its secrets. Throws FAR-BACKUP-001. */
export async function backupInput({ spec }: Session, context: CommandContext): Promise<(app: string) => JobInput> {
  const { backup } = spec;
  if (!backup) {
    throw new FarthingError('FAR-BACKUP-001', `${spec.file} has no \`backup:\``, {
      hint: 'Write where backups are to go: docs/config.md has its keys.',
    });
  }
  const { place, endpoint, region, ca, accessKey, secretKey } = backup.repository;
  const find = secretFinder(spec, context);
  const access = {
    url: `s3:${endpoint}/${place}`,
    accessKey: await find(accessKey),
    secretKey: await find(secretKey),
    passphrase: await find(backup.passphrase),
    ...(region === undefined ? {} : { region }),
    ...(ca === undefined ? {} : { ca: await readFile(ca, 'utf8') }),
  };
  return (app) => ({ app, cluster: spec.name, image: loadCatalog().helpers.backup, access });
}

/** The parts of an app as it is on the cluster. */
export async function appParts(cluster: Cluster, app: string): Promise<AppParts> {
  const ours = { namespace: app, labels: 'app.kubernetes.io/managed-by=farthing' };
  return partsOf(await cluster.list('apps/v1', 'Deployment', ours), await cluster.list('v1', 'PersistentVolumeClaim', ours));
}

/** A plan of these operations and nothing else. */
export function planOf(session: Session, command: string, operations: readonly Operation[]): Plan {
  return {
    cluster: session.spec.name,
    clusterExists: true,
    command,
    machines: [],
    operations,
    placements: [],
    cost: { total: [], lines: [] },
    unknowns: [],
    refusals: [],
    findings: [],
    kept: [],
  };
}
