import { posix, resolve } from 'node:path';
import type { Location } from '../common/index.ts';
import { loadFiles, mountLimit } from './load-files.ts';
import type { Problems } from './problems.ts';
import { readBoolean, readBytes, readMap, readText } from './scalars.ts';
import { entryOf, type Tree } from './tree.ts';
import type { Mount, ProjectFiles } from './types.ts';

/** What mounts are looked up in. */
export interface MountSources {
  readonly files: ProjectFiles;
  readonly dir: string;
  /** Keys of the top level's `volumes`. */
  readonly volumes: ReadonlySet<string>;
}

/** Mounts, and the memory file systems that the long form can ask for. */
export interface Volumes {
  readonly mounts: readonly Mount[];
  readonly tmpfs: readonly string[];
}

interface Raw {
  readonly type: 'volume' | 'bind' | 'tmpfs';
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly at: Location;
}

/** `volumes:` in short or long form. Where two have one target, the last one counts. */
export async function readVolumes(tree: Tree, sources: MountSources, problems: Problems): Promise<Volumes> {
  if (tree.kind !== 'list') {
    problems.error(tree.at, 'volumes has to be a list');
    return { mounts: [], tmpfs: [] };
  }
  const raws = tree.items.map((item) => (item.kind === 'map' ? readLong(item, problems) : readShort(item, problems)));
  const byTarget = new Map<string, Raw>();
  for (const raw of raws) if (raw) byTarget.set(raw.target, raw);
  const mounts: Mount[] = [];
  const tmpfs: string[] = [];
  for (const raw of byTarget.values()) {
    if (raw.type === 'tmpfs') tmpfs.push(raw.source === '' ? raw.target : `${raw.target}:size=${raw.source}`);
    else if (raw.type === 'bind') mounts.push(...(await readBind(raw, sources, problems)));
    else if (sources.volumes.has(raw.source))
      mounts.push({ kind: 'volume', volume: raw.source, target: raw.target, readOnly: raw.readOnly, at: raw.at });
    else if (raw.source === '')
      problems.error(
        raw.at,
        'a volume without a name is lost with its container',
        'Give it a name and list the name under volumes: at the top level.',
      );
    else problems.error(raw.at, `the volume "${raw.source}" is not declared`, `Add \`volumes: { ${raw.source}: {} }\` at the top level.`);
  }
  return { mounts, tmpfs };
}

/** `[source:]target[:options]`. */
function readShort(item: Tree, problems: Problems): Raw | undefined {
  const text = readText(item, 'a volume', problems);
  if (text === undefined) return undefined;
  if (/^[A-Za-z]:[\\/]/.test(text)) {
    problems.error(
      item.at,
      'this is read as a Windows path, as Docker does with one letter before the colon',
      'Use a relative path, or a volume with a longer name.',
      'FAR-COMPOSE-004',
    );
    return undefined;
  }
  const parts = text.split(':');
  const [source, target, options] =
    parts.length === 1 ? ['', parts[0] as string, ''] : [parts[0] as string, parts[1] as string, parts[2] ?? ''];
  if (parts.length > 3 || !checkTarget(target, item.at, problems)) {
    if (parts.length > 3) problems.error(item.at, 'this is not a volume', 'Write "name:/path" or "./file:/path:ro".');
    return undefined;
  }
  const type = /^[./~\\]/.test(source) ? 'bind' : 'volume';
  return {
    type,
    source,
    target: cleanPath(target),
    readOnly: options.split(',').some((o) => o === 'ro' || o === 'readonly'),
    at: item.at,
  };
}

function readLong(item: Tree, problems: Problems): Raw | undefined {
  const known = ['type', 'source', 'target', 'read_only', 'consistency', 'bind', 'volume', 'tmpfs', 'image'];
  const map = readMap(item, 'a volume', known, problems);
  const value = (key: string) => entryOf(map, key)?.value;
  const text = (key: string) => {
    const tree = value(key);
    return tree && readText(tree, key, problems);
  };
  const type = text('type') ?? 'volume';
  const target = text('target');
  if (target === undefined || !checkTarget(target, item.at, problems)) {
    if (target === undefined) problems.error(item.at, 'a volume needs a target, the path inside the container');
    return undefined;
  }
  if (type !== 'volume' && type !== 'bind' && type !== 'tmpfs') {
    problems.error(
      value('type')?.at ?? item.at,
      `volumes of type ${type} cannot be mapped`,
      'Use volume, bind or tmpfs.',
      'FAR-COMPOSE-004',
    );
    return undefined;
  }
  const readOnlyTree = value('read_only');
  const readOnly = readOnlyTree ? readBoolean(readOnlyTree, 'read_only', problems) === true : false;
  const volume = value('volume');
  const subpath = entryOf(volume, 'subpath');
  if (subpath) problems.error(subpath.keyAt, 'volume.subpath is not built yet', 'Mount the whole volume.', 'FAR-COMPOSE-004');
  const size = entryOf(value('tmpfs'), 'size')?.value;
  const bytes = size && readBytes(size, 'tmpfs.size', problems);
  const source = type === 'tmpfs' ? String(bytes ?? '') : (text('source') ?? '');
  return { type, source, target: cleanPath(target), readOnly, at: item.at };
}

function cleanPath(target: string): string {
  return posix.normalize(target).replace(/\/+$/, '');
}

function checkTarget(target: string, at: Location, problems: Problems): boolean {
  if (target.startsWith('/') && target.length > 1) return true;
  problems.error(at, 'the path inside the container has to be absolute, and not / itself');
  return false;
}

const socketAdvice =
  'Reverse proxies: use routes of farthing.yaml. Watchtower, Portainer: leave them away, `farthing` and Kubernetes do their work.';

async function readBind(raw: Raw, { files, dir }: MountSources, problems: Problems): Promise<readonly Mount[]> {
  const refuse = (why: string, hint: string) => {
    problems.error(raw.at, why, hint, 'FAR-COMPOSE-004');
    return [];
  };
  if (/(^|\/)docker\.sock$/.test(raw.source))
    return refuse('there is no Docker on the nodes, so its socket cannot be mounted', socketAdvice);
  if (/^\/etc\/(localtime|timezone)$/.test(raw.source)) {
    return refuse(
      `${raw.source} belongs to one host and cannot be mounted`,
      'Remove it and set TZ in environment, e.g. TZ: Europe/Berlin.',
    );
  }
  if (!raw.source.startsWith('.')) {
    return refuse(
      `${raw.source || 'an empty path'} is a path of one host, and the service may run on any machine`,
      'Use a named volume for data; put configuration beside the compose file and mount it by a relative path.',
    );
  }
  const loaded = await loadFiles(resolve(dir, raw.source), files);
  const data = 'Use a named volume for data. Only small configuration files are copied into the cluster.';
  switch (loaded.kind) {
    case 'missing':
      return refuse(`${raw.source} does not exist beside the compose file; Docker would make an empty data folder of it`, data);
    case 'special':
      return refuse(`${raw.source} is or holds a socket, a device or a dangling link`, data);
    case 'empty':
      return refuse(`${raw.source} is an empty folder, so it seems to be meant for data`, data);
    case 'large':
      return refuse(`${raw.source} is larger than ${mountLimit / 1_000_000} MB, the most a ConfigMap can hold`, data);
    case 'folder':
      if (!raw.readOnly)
        return refuse(
          `${raw.source} is a folder the service may write to, so it seems to be meant for data`,
          `${data} If it is configuration, add :ro.`,
        );
      break;
    case 'file':
      if (!raw.readOnly) problems.note('volumes', raw.at, `${raw.source} is copied into the cluster and mounted read-only`);
  }
  const secret = /(^|[._/-])(secrets?|passwords?|keys?|credentials?|tokens?|env)([._/-]|$)/i.test(raw.source);
  return [{ kind: 'files', source: raw.source, target: raw.target, readOnly: true, files: loaded.files, secret, at: raw.at }];
}
