import { Sealed } from '../common/index.ts';
import type { Manifest } from '../workloads/index.ts';
import { backupScript, dumpScript, listScript, loadScript, restoreScript } from './scripts.ts';
import type { Part, PartRecord, RepositoryAccess } from './types.ts';

/** A Job and the Secret its pod reads. Neither outlives the command. */
export interface JobObjects {
  readonly secret: Manifest;
  readonly job: Manifest;
}

/** What all Jobs of this room need. */
export interface JobInput {
  readonly app: string;
  readonly cluster: string;
  /** restic's image. */
  readonly image: string;
  readonly access: RepositoryAccess;
}

/** Finds everything this room made in an app's namespace. Not farthing's usual label: it is no part of the app. */
export const jobLabel = 'farthing.dev/backup';

/** The Job that backs one part up as part of backup `id`, which has `parts` parts. */
export function renderBackupJob(input: JobInput, part: Part, id: string, parts: number): JobObjects {
  const tags = ['farthing', `app=${input.app}`, `backup=${id}`, `parts=${parts}`, `kind=${part.kind}`, `part=${part.name}`];
  const restic = resticContainer(input, 'restic', backupScript, [`farthing-${input.cluster}`, folderOf(part), ...tags]);
  if (part.kind === 'files') {
    return render(input, part.name, [], [withVolume(restic, part.name, true)], [claim(part.name, true)]);
  }
  const dump = databaseContainer(part, 'dump', dumpScript);
  return render(input, part.name, [dump], [restic], [], part.affinity);
}

/** The Job that brings one part back and compares it with its manifest. */
export function renderRestoreJob(input: JobInput, part: Part, from: PartRecord): JobObjects {
  const restic = resticContainer(input, 'restic', restoreScript, [from.data, from.manifest, folderOf(part)]);
  if (part.kind === 'files') {
    return render(input, part.name, [], [withVolume(restic, part.name, false)], [claim(part.name, false)]);
  }
  return render(input, part.name, [restic], [databaseContainer(part, 'load', loadScript)], [], part.affinity);
}

/** The Job that prints what backups of the app the repository has. */
export function renderListJob(input: JobInput): JobObjects {
  return render(input, 'list', [], [resticContainer(input, 'restic', listScript, [input.app])], []);
}

function folderOf(part: Part): string {
  return part.kind === 'files' ? `/volumes/${part.name}` : '/dump';
}

type Container = Readonly<Record<string, unknown>> & { readonly volumeMounts: readonly unknown[] };

function resticContainer({ image, access }: JobInput, name: string, script: string, args: readonly string[]): Container {
  const fromSecret = (variable: string, key: string) => ({ name: variable, valueFrom: { secretKeyRef: { name: jobName('access'), key } } });
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['/bin/sh', '-c', script, 'farthing', ...args],
    env: [
      { name: 'RESTIC_REPOSITORY', value: access.url },
      { name: 'RESTIC_PASSWORD_FILE', value: '/run/farthing/passphrase' },
      fromSecret('AWS_ACCESS_KEY_ID', 'access-key'),
      fromSecret('AWS_SECRET_ACCESS_KEY', 'secret-key'),
      ...(access.region === undefined ? [] : [{ name: 'AWS_DEFAULT_REGION', value: access.region }]),
      ...(access.ca === undefined ? [] : [{ name: 'RESTIC_CACERT', value: '/run/farthing/ca.crt' }]),
      { name: 'RESTIC_CACHE_DIR', value: '/scratch/cache' },
      { name: 'TMPDIR', value: '/scratch' },
      { name: 'GOMAXPROCS', value: '1' },
      { name: 'GOMEMLIMIT', value: '300MiB' },
    ],
    resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '384Mi' } },
    volumeMounts: [
      { name: 'access', mountPath: '/run/farthing', readOnly: true },
      { name: 'scratch', mountPath: '/scratch' },
      { name: 'dump', mountPath: '/dump' },
    ],
  };
}

function databaseContainer(part: Extract<Part, { kind: 'mariadb' }>, name: string, script: string): Container {
  return {
    name,
    image: part.image,
    imagePullPolicy: 'IfNotPresent',
    command: ['/bin/sh', '-c', script, 'farthing', part.name],
    env: part.env,
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
    volumeMounts: [
      { name: 'dump', mountPath: '/dump' },
      { name: 'scratch', mountPath: '/scratch' },
    ],
  };
}

function withVolume(container: Container, name: string, readOnly: boolean): Container {
  return {
    ...container,
    volumeMounts: [...container.volumeMounts, { name: 'volume', mountPath: `/volumes/${name}`, ...(readOnly ? { readOnly } : {}) }],
  };
}

function claim(name: string, readOnly: boolean) {
  return { name: 'volume', persistentVolumeClaim: { claimName: name, ...(readOnly ? { readOnly } : {}) } };
}

function jobName(what: string): string {
  return `farthing-backup-${what}`.slice(0, 63).replace(/-+$/, '');
}

function render(
  { app, access }: JobInput,
  what: string,
  initContainers: readonly Container[],
  containers: readonly Container[],
  volumes: readonly unknown[],
  affinity?: unknown,
): JobObjects {
  const labels = { [jobLabel]: app };
  const encode = (sealed: Sealed) => new Sealed(Buffer.from(sealed.reveal(), 'utf8').toString('base64'));
  return {
    secret: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: jobName('access'), namespace: app, labels },
      type: 'Opaque',
      data: {
        passphrase: encode(access.passphrase),
        'access-key': encode(access.accessKey),
        'secret-key': encode(access.secretKey),
        ...(access.ca === undefined ? {} : { 'ca.crt': Buffer.from(access.ca, 'utf8').toString('base64') }),
      },
    },
    job: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: jobName(what), namespace: app, labels },
      spec: {
        backoffLimit: 0,
        // When farthing is killed before it can remove the Job.
        ttlSecondsAfterFinished: 600,
        template: {
          metadata: { labels },
          spec: {
            restartPolicy: 'Never',
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            ...(affinity === undefined ? {} : { affinity }),
            ...(initContainers.length > 0 ? { initContainers } : {}),
            containers,
            volumes: [
              { name: 'access', secret: { secretName: jobName('access'), defaultMode: 0o400 } },
              { name: 'scratch', emptyDir: {} },
              { name: 'dump', emptyDir: {} },
              ...volumes,
            ],
          },
        },
      },
    },
  };
}
