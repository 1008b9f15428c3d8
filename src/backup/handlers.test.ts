import { afterEach, describe, expect, it } from 'vitest';
import { makeObject, type OpenMemory, openMemory } from '../../test/kube-api/open-memory.ts';
import { Sealed } from '../common/index.ts';
import type { Operation } from '../operation/index.ts';
import { backupHandlers } from './handlers.ts';
import { backupOperation, restoreOperation } from './operations.ts';
import { parseRecords, recordsRef } from './records.ts';
import type { JobInput } from './render-job.ts';
import type { Part, PartRecord } from './types.ts';

let open: OpenMemory;
afterEach(() => open.close());

const secret = new Sealed('in-clear');
const access = { url: 's3:https://s3.example.org/b', accessKey: secret, secretKey: secret, passphrase: secret };
const input: JobInput = { app: 'stats', cluster: 'home', image: 'restic', access };
const parts: Part[] = [
  { kind: 'mariadb', name: 'db', image: 'mariadb:10.11', env: [] },
  { kind: 'files', name: 'uploads' },
];
const app = { parts, unused: [], others: ['web'] };
const word = (letter: string) =>
  JSON.stringify({ data: letter.repeat(64), manifest: letter.repeat(64), files: 1, bytes: 2, changing: 0, sqlite: 0, tables: 3, rows: 4 });

type Ending = { readonly exitCode: number; readonly message: string } | 'killed';

/** An API in which each Job's pod has ended the moment it is made. */
async function start(ends: Readonly<Record<string, Ending>>, objects: readonly object[] = []): Promise<string[]> {
  const ran: string[] = [];
  open = await openMemory(objects, {
    before: (_method, path, response) => path.endsWith('/log') && Boolean(response.end('')),
    after: (method, object, store) => {
      if (object.kind !== 'Job') return;
      const key = `pods/stats/${object.metadata.name}-x`;
      if (method === 'DELETE') return void store.delete(key);
      if (method !== 'POST') return;
      ran.push(object.metadata.name);
      const end = ends[object.metadata.name];
      if (end === undefined || end === 'killed') {
        object.status = { failed: 1 };
        return;
      }
      store.set(key, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: `${object.metadata.name}-x`,
          namespace: 'stats',
          labels: { ...object.metadata.labels, 'batch.kubernetes.io/job-name': object.metadata.name },
        },
        status: { phase: end.exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [{ state: { terminated: end } }] },
      });
    },
  });
  return ran;
}

async function carryOut(operation: Operation | undefined): Promise<void> {
  const handler = backupHandlers(open.ports).find((item) => item.kind === operation?.kind);
  await handler?.ensure(operation as never, open.context);
  await handler?.verify(operation as never, open.context);
}

const record = async () => parseRecords(await open.cluster.get(recordsRef)).stats;
const remains = () => [...open.store.keys()].filter((key) => /^(jobs|secrets|pods)\//.test(key));
const backup = (id: string) => backupOperation(input, app, id, []);

describe('backup.run', () => {
  it('runs a Job for each part, writes the backup down and leaves nothing behind', async () => {
    const ran = await start({
      'farthing-backup-db': { exitCode: 0, message: word('a') },
      'farthing-backup-uploads': { exitCode: 0, message: word('b') },
    });
    await carryOut(backup('20261124T033000Z'));
    expect(ran).toEqual(['farthing-backup-db', 'farthing-backup-uploads']);
    expect((await record())?.last).toMatchObject({ id: '20261124T033000Z', parts: [{ name: 'db', rows: 4 }, { name: 'uploads' }] });
    expect(remains()).toEqual([]);
  });

  it.each<[string, Ending, string]>([
    ['killed', 'killed', 'FAR-BACKUP-004'],
    ['refused its passphrase', { exitCode: 12, message: 'wrong password' }, 'FAR-BACKUP-002'],
    ['said nothing and ended well', { exitCode: 0, message: '' }, 'FAR-BACKUP-004'],
    ['named half of its snapshots', { exitCode: 0, message: JSON.stringify({ data: 'a'.repeat(64) }) }, 'FAR-BACKUP-004'],
  ])('does not write down a backup whose second Job was %s', async (_what, end, code) => {
    await start({ 'farthing-backup-db': { exitCode: 0, message: word('a') }, 'farthing-backup-uploads': end });
    await expect(carryOut(backup('20261124T033000Z'))).rejects.toMatchObject({ code });
    expect(await record()).toBeUndefined();
    expect(remains()).toEqual([]);
  });

  it('clears what a farthing that was killed left', async () => {
    const labels = { 'farthing.dev/backup': 'stats' };
    const left = [makeObject('batch/v1', 'Job', 'old', {}), makeObject('v1', 'Secret', 'old', {})] as { metadata: object }[];
    await start(
      { 'farthing-backup-db': { exitCode: 0, message: word('a') }, 'farthing-backup-uploads': { exitCode: 0, message: word('b') } },
      left.map((object) => ({ ...object, metadata: { ...object.metadata, labels } })),
    );
    await carryOut(backup('20261124T033000Z'));
    expect(remains()).toEqual([]);
  });
});

describe('backup.restore', () => {
  const records = parts.map(
    ({ kind, name }): PartRecord => ({
      kind,
      name,
      data: 'a',
      manifest: 'b',
      files: 1,
      bytes: 2,
      changing: 1,
      sqlite: 0,
      tables: 0,
      rows: 0,
    }),
  );
  const restore = () => restoreOperation(input, app, { id: '20261124T033000Z', app: 'stats', parts: records });
  const web = makeObject('apps/v1', 'Deployment', 'web', { spec: { replicas: 2 } });
  const replicas = () => open.store.get('deployments/stats/web')?.spec.replicas;
  const well = { exitCode: 0, message: '{"compared":3,"rows":5}' };

  it('starts the app again as it was, and keeps the proof', async () => {
    await start({ 'farthing-backup-db': well, 'farthing-backup-uploads': well }, [web]);
    await carryOut(restore());
    expect(replicas()).toBe(2);
    expect((await record())?.restored).toMatchObject({
      backup: '20261124T033000Z',
      parts: [
        { name: 'db', compared: 3, rows: 5, notCompared: 1 },
        { name: 'uploads', compared: 3 },
      ],
    });
  });

  it('leaves the app stopped where a part differs, and starts it when a second run has mended that', async () => {
    const ends: Record<string, Ending> = {
      'farthing-backup-db': well,
      'farthing-backup-uploads': { exitCode: 70, message: 'f 644 0 0 3 ./a' },
    };
    await start(ends, [web]);
    await expect(carryOut(restore())).rejects.toMatchObject({ code: 'FAR-BACKUP-006' });
    expect(replicas()).toBe(0);
    expect((await record())?.restored).toBeUndefined();
    ends['farthing-backup-uploads'] = well;
    await carryOut(restore());
    expect(replicas()).toBe(2);
  });

  it('refuses where there is no place for a part', () => {
    expect(() => restoreOperation(input, { ...app, parts: [] }, { id: 'x', app: 'stats', parts: records })).toThrow('none to restore into');
  });
});
