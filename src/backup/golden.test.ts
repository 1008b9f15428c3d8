import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import { goldenTests } from '../../test/golden-files.ts';
import { Sealed } from '../common/index.ts';
import { toYaml } from '../workloads/index.ts';
import { backupOperation, restoreOperation } from './operations.ts';
import { partsOf } from './parts-of.ts';
import { type JobInput, type JobObjects, renderBackupJob, renderListJob, renderRestoreJob } from './render-job.ts';
import * as scripts from './scripts.ts';
import type { PartRecord } from './types.ts';

const input: JobInput = {
  app: 'shop',
  cluster: 'home',
  image: 'docker.io/restic/restic:0.18.1',
  access: {
    url: 's3:https://s3.example.org/home-backup',
    region: 'eu-1',
    accessKey: new Sealed('access-in-clear'),
    secretKey: new Sealed('secret-in-clear'),
    passphrase: new Sealed('passphrase-in-clear'),
    ca: 'PEM',
  },
};
const id = '20261124T033000Z';

/** Each input is an app as the cluster shows it; expected: its Jobs, scripts by name, and what the plans say. */
describe('backup', () => {
  goldenTests('backup', (text) => {
    const { deployments, claims } = parse(text);
    const app = partsOf(deployments, claims);
    const records = app.parts.map((part): PartRecord => {
      const counts = part.kind === 'files' ? { files: 3, tables: 0, rows: 0 } : { files: 2, tables: 2, rows: 5 };
      return {
        kind: part.kind,
        name: part.name,
        data: 'd'.repeat(64),
        manifest: 'e'.repeat(64),
        bytes: 4096,
        changing: 0,
        sqlite: 0,
        ...counts,
      };
    });
    const jobs: JobObjects[] = [
      ...app.parts.map((part) => renderBackupJob(input, part, id, app.parts.length)),
      ...app.parts.map((part, i) => renderRestoreJob(input, part, records[i] as PartRecord)),
      renderListJob(input),
    ];
    const plans = [backupOperation(input, app, id, []), restoreOperation(input, app, { id, app: 'shop', parts: records })].map(
      (operation) => ({
        ...operation,
        data: undefined,
      }),
    );
    const objects = [jobs[0]?.secret, ...jobs.map(({ job }) => job)].map((object) => JSON.parse(JSON.stringify(object, named)));
    const out = `${JSON.stringify(plans, undefined, 2)}\n${toYaml(objects, { secrets: 'sealed' })}`;
    expect(out).not.toContain('in-clear');
    return out;
  });
});

/** Scripts are read in their own file. */
function named(_key: string, value: unknown): unknown {
  return Object.entries(scripts).find(([, script]) => script === value)?.[0] ?? value;
}
