import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { labPaths, network, ports } from '../../lab/config.ts';
import { readLab } from '../../lab/state.ts';
import { type Laptop, laptop, type Ran } from './farthing.ts';
import { homeInLab } from './home.ts';
import { inWorld, onHost } from './hosts.ts';

// One cluster and one bucket for all of it. Each case leaves the app running.
const endpoint = `https://${network.gateway}:${ports.s3}`;
const rows = 200_000;
let me: Laptop;
let file = '';
let keys = { access: '', secret: '' };

beforeAll(async () => {
  me = laptop();
  file = await homeInLab('home', join(me.home, 'home'));
  const s3 = (await readLab()).services.find((service) => service.name === 's3') as { accessKey?: string; secretKey?: string } | undefined;
  keys = { access: s3?.accessKey ?? '', secret: s3?.secretKey ?? '' };
  await makeBucket();
  writeFileSync(join(me.home, 'home/passphrase'), 'correct horse\n', { mode: 0o600 });
  edit(file, (document) =>
    document.set('backup', {
      repositories: {
        main: {
          url: `s3://shelf/${Date.now()}`,
          endpoint,
          region: 'us-east-1',
          accessKey: { env: 'BACKUP_ACCESS' },
          secretKey: { env: 'BACKUP_SECRET' },
          ca: './lab-ca.crt',
        },
      },
      passphrase: { file: './passphrase' },
    }),
  );
  edit(join(me.home, 'home/shop/compose.yaml'), (document) => {
    document.setIn(['services', 'files'], {
      image: 'busybox:1.37',
      command: ['sh', '-c', 'trap exit TERM; while :; do sleep 1; done'],
      volumes: ['uploads:/uploads'],
    });
    document.setIn(['volumes', 'uploads'], null);
  });
  await well('up', '--yes');
});
afterAll(async () => {
  await me?.farthing(['down', '-f', file, '--confirm', 'home'], { env: secrets() });
  me?.dispose();
});

const secrets = (other: Record<string, string> = {}) => ({ BACKUP_ACCESS: keys.access, BACKUP_SECRET: keys.secret, ...other });
const run = (args: readonly string[], env: Record<string, string> = {}) =>
  me.farthing([args[0] ?? '', '-f', file, ...args.slice(1)], { env: secrets(env) });

async function well(...args: string[]): Promise<Ran> {
  const ran = await run(args);
  expect(ran.code, `farthing ${args.join(' ')}\n${ran.stderr}\n${ran.stdout}`).toBe(0);
  return ran;
}

function edit(path: string, change: (document: ReturnType<typeof parseDocument>) => void): void {
  const document = parseDocument(readFileSync(path, 'utf8'));
  change(document);
  writeFileSync(path, document.toString({ lineWidth: 0 }));
}

/** A signed PUT: the server wants the digest of the body named. */
async function makeBucket(): Promise<void> {
  const empty = createHash('sha256').update('').digest('hex');
  const user = ['--aws-sigv4', 'aws:amz:us-east-1:s3', '--user', `${keys.access}:${keys.secret}`];
  const { stdout } = await inWorld([
    'curl',
    '-sS',
    '--cacert',
    (await readLab()).caCert,
    ...user,
    '-H',
    `x-amz-content-sha256: ${empty}`,
    '-X',
    'PUT',
    `${endpoint}/shelf`,
  ]);
  expect(stdout === '' || stdout.includes('BucketAlready'), stdout).toBe(true);
}

const script = 'MYSQL_PWD=$MARIADB_PASSWORD exec mariadb -ushop -N -B -e "$1" ${2-shop}';
const sql = async (statement: string, base?: string) =>
  (await well('exec', 'shop', 'db', '--', 'sh', '-c', script, 'sql', statement, ...(base === undefined ? [] : [base]))).stdout.trim();
const inFiles = async (command: string) => (await well('exec', 'shop', 'files', '--', 'sh', '-c', command)).stdout;

interface Saved {
  readonly id: string;
  readonly parts: readonly { readonly name: string; readonly files: number; readonly rows: number; readonly tables: number }[];
}

async function backup(): Promise<Saved> {
  const { stdout } = await well('backup', 'shop', '--json');
  return (JSON.parse(stdout) as { backups: Saved[] }).backups[0] as Saved;
}

async function lastBackup(): Promise<string | undefined> {
  const status = JSON.parse((await run(['status', '--json'])).stdout) as { apps: { name: string; backup?: { id: string } }[] };
  return status.apps.find((app) => app.name === 'shop')?.backup?.id;
}

const remains = () =>
  onHost('big', 'k3s kubectl -n shop get jobs,pods,secrets -l farthing.dev/backup -o name --ignore-not-found').then((text) => text.trim());
const everyFile = `cd /uploads && find . | sort | while read -r f; do stat -c '%a %u %g %n' "$f"; done; find . -type f -exec sha256sum {} + | sort; readlink link; stat -c '%a' .`;

describe('backup and restore', () => {
  let first: Saved;

  it('backs up a database of many rows while rows are written, and files with their owners and modes', async () => {
    await sql(
      `CREATE TABLE items (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40), note TEXT, bits BLOB); INSERT INTO items (name, note, bits) SELECT CONCAT('n', seq), CONCAT('line\\n(', seq, ') it''s'), UNHEX(SHA1(seq)) FROM seq_1_to_${rows}; CREATE TABLE pairs (a INT PRIMARY KEY AUTO_INCREMENT, b INT); CREATE TABLE nothing (a INT)`,
    );
    await inFiles(
      'cd /uploads && mkdir -p "a b/c" && echo hi > "a b/c/x y" && head -c 3000000 /dev/urandom > big && ln -s big link && chmod 640 big && chown 33:33 big && chmod 2770 .',
    );
    // A writer that goes on through the whole backup, two rows in each transaction.
    const writer = run([
      'exec',
      'shop',
      'db',
      '--',
      'sh',
      '-c',
      'MYSQL_PWD=$MARIADB_PASSWORD; export MYSQL_PWD; i=0; while [ $i -lt 4000 ]; do echo "START TRANSACTION; INSERT INTO pairs (b) VALUES (1); INSERT INTO pairs (b) VALUES (2); COMMIT; DO SLEEP(0.005);"; i=$((i+1)); done | mariadb -ushop shop',
    ]);
    first = await backup();
    const after = Number(await sql('SELECT COUNT(*) FROM pairs'));
    expect((await writer).code).toBe(0);
    const [db, uploads] = first.parts;
    const pairs = (db?.rows ?? 0) - rows;
    console.log(`pairs in the backup: ${pairs}, when it was done: ${after}, at the end: ${await sql('SELECT COUNT(*) FROM pairs')}`);
    expect(db).toMatchObject({ name: 'db', tables: 3 });
    expect(uploads).toMatchObject({ name: 'uploads', files: 2 });
    // One moment: never half a transaction; and there were writes before and after it.
    expect(pairs % 2).toBe(0);
    expect(pairs).toBeLessThan(8000);
    expect(await lastBackup()).toBe(first.id);
    expect(await remains()).toBe('');
  });

  it('restores a dropped database and emptied volume, equal to the manifest, and the app runs again', async () => {
    const before = await inFiles(everyFile);
    await sql('DROP DATABASE shop', 'information_schema');
    await inFiles('cd /uploads && rm -rf ./* && echo new > extra && chmod 755 . && chown 1:1 .');
    expect((await run(['restore', 'shop'])).code).toBe(2);
    const ran = await well('restore', 'shop', '--yes');
    expect(ran.stderr).toContain(`are equal to the manifest of ${first.id}`);
    expect(ran.stderr).toContain('destroys what is in the volume shop/uploads now');
    expect(Number(await sql('SELECT (SELECT COUNT(*) FROM items) + (SELECT COUNT(*) FROM pairs)'))).toBe(first.parts[0]?.rows);
    expect(await sql(`SELECT COUNT(*) FROM items WHERE bits = UNHEX(SHA1(id)) AND note = CONCAT('line\\n(', id, ') it''s')`)).toBe(
      String(rows),
    );
    await well('restart', 'shop', 'files');
    expect(await inFiles(everyFile)).toBe(before);
    expect(JSON.parse((await well('plan', '--json')).stdout).operations).toEqual([]);
    expect(await remains()).toBe('');
    const proof = await onHost('big', 'k3s kubectl -n farthing-system get configmap farthing-backups -o yaml');
    expect(proof).toContain('"restored"');
  });

  it.each([
    [
      'a wrong passphrase',
      'FAR-BACKUP-002',
      async () => {
        writeFileSync(join(me.home, 'home/passphrase'), 'wrong horse\n');
        const ran = await run(['backup', 'shop']);
        writeFileSync(join(me.home, 'home/passphrase'), 'correct horse\n');
        return ran;
      },
    ],
    ['a service that answers 403', 'FAR-BACKUP-003', () => run(['backup', 'shop'], { BACKUP_SECRET: 'not-the-secret-key' })],
    [
      'a database that lets nobody in',
      'FAR-BACKUP-007',
      async () => {
        await sql("SET PASSWORD = PASSWORD('changed')");
        const ran = await run(['backup', 'shop']);
        await run([
          'exec',
          'shop',
          'db',
          '--',
          'sh',
          '-c',
          `MYSQL_PWD=changed mariadb -ushop -e "SET PASSWORD = PASSWORD('$MARIADB_PASSWORD')"`,
        ]);
        return ran;
      },
    ],
  ])('%s is said, and is no backup', async (_what, code, attempt) => {
    const before = await lastBackup();
    const ran = await attempt();
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(code);
    expect(ran.stderr).not.toContain('horse');
    expect(ran.stderr).not.toContain(keys.secret);
    expect(await lastBackup()).toBe(before);
    expect(await remains()).toBe('');
  });

  it('a Job killed in the middle is no backup; the next one is whole', async () => {
    const done = run(['backup', 'shop']);
    const pod = await onHost(
      'big',
      `for i in $(seq 200); do
        pod=$(k3s kubectl -n shop get pods -l farthing.dev/backup -o jsonpath='{.items[?(@.status.phase=="Running")].metadata.name}')
        [ -z "$pod" ] || { k3s kubectl -n shop delete pod $pod --grace-period=0 --force >/dev/null 2>&1; echo $pod; break; }
        sleep 0.1
      done`,
    );
    expect(pod.trim()).not.toBe('');
    const ran = await done;
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('FAR-BACKUP-004');
    expect(await lastBackup()).toBe(first.id);
    const next = await backup();
    expect(next.parts.map((part) => part.name)).toEqual(['db', 'uploads']);
    expect(await lastBackup()).toBe(next.id);
  });

  it('a damaged repository is found by the restore, which brings nothing it cannot prove', async () => {
    // Every large pack: which of them the newest backup needs depends on their random names. The lab's
    // S3 keeps objects as files.
    const packs = `${labPaths().state}/s3/data/shelf`;
    const { stdout } = await inWorld(['find', packs, '-path', '*/data/*', '-type', 'f', '-size', '+2M']);
    const wholes = stdout
      .trim()
      .split('\n')
      .map((pack) => [pack, readFileSync(pack)] as const);
    for (const [pack, whole] of wholes) writeFileSync(pack, Buffer.from(whole).fill(0, 1_000_000, 1_000_016));
    const ran = await run(['restore', 'shop', '--yes']);
    for (const [pack, whole] of wholes) writeFileSync(pack, whole);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/FAR-BACKUP-00[46]/);
    expect(ran.stderr).not.toContain('are equal to the manifest');
  });

  it('asks for a backup that there is', async () => {
    const ran = await run(['restore', 'shop', '--at', '2001-01-01', '--yes']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('FAR-BACKUP-005');
    await well('restore', 'shop', '--at', first.id, '--yes');
    expect(Number(await sql('SELECT COUNT(*) FROM items'))).toBe(rows);
  });
});
