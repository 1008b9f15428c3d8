import { didYouMean, parseArch } from '../common/index.ts';
import type { Lookup } from './interpolate.ts';
import type { Problems } from './problems.ts';
import { readCommand } from './read-command.ts';
import { readDependsOn } from './read-depends-on.ts';
import { readEnvironment } from './read-environment.ts';
import { readHealthcheck } from './read-healthcheck.ts';
import { readMemberships } from './read-networks.ts';
import { readExpose, readPorts } from './read-ports.ts';
import { readResources } from './read-resources.ts';
import { readGrants, type Sources } from './read-secrets.ts';
import { readGroups, readSecurity } from './read-security.ts';
import { readVolumes } from './read-volumes.ts';
import { readBoolean, readBytes, readDuration, readPairs, readText, readTexts } from './scalars.ts';
import { serviceKeys } from './service-keys.ts';
import { type Entry, entryOf, isFilled, type MapTree, type Tree } from './tree.ts';
import type { Mount, ProjectFiles, Service } from './types.ts';

/** What a service is read against. */
export interface ServiceContext {
  readonly files: ProjectFiles;
  readonly dir: string;
  readonly lookup: Lookup;
  readonly show: (path: string) => string;
  readonly volumes: ReadonlySet<string>;
  readonly networks: ReadonlySet<string>;
  readonly secrets: { readonly declared: ReadonlySet<string>; readonly sources: Sources };
  readonly configs: { readonly declared: ReadonlySet<string>; readonly sources: Sources };
  /** Services of the chosen profiles, and all of the file. */
  readonly enabled: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
}

/** One service; undefined when it has no image. Every key is read, noted or refused by name. */
export async function readService(entry: Entry, map: MapTree, context: ServiceContext, problems: Problems): Promise<Service | undefined> {
  checkKeys(map, problems);
  const value = (key: string) => entryOf(map, key)?.value;
  const take = <T>(key: string, read: (tree: Tree, what: string, problems: Problems) => T | undefined): T | undefined => {
    const tree = value(key);
    return tree ? read(tree, key, problems) : undefined;
  };
  const flag = (key: string) => take(key, readBoolean) === true;
  const environment = await readEnvironment(value('env_file'), value('environment'), context, problems);
  const volumes = value('volumes') ? await readVolumes(value('volumes') as Tree, context, problems) : { mounts: [], tmpfs: [] };
  const grants = (['secrets', 'configs'] as const).flatMap((kind): readonly Mount[] => {
    const tree = value(kind);
    return tree ? readGrants(kind, tree, context[kind].declared, context[kind].sources, problems) : [];
  });
  if (value('networks')) readMemberships(value('networks') as Tree, context.networks, problems);
  remark(map, problems);
  const image = take('image', readText);
  const user = value('user') && readUser(value('user') as Tree, problems);
  const platform = value('platform') && readPlatform(value('platform') as Tree, problems);
  const pullPolicy = value('pull_policy') && readPullPolicy(value('pull_policy') as Tree, problems);
  const optional = {
    command: take('command', readCommand),
    entrypoint: take('entrypoint', readCommand),
    healthcheck: value('healthcheck') && readHealthcheck(value('healthcheck') as Tree, problems),
    user,
    workingDir: take('working_dir', readText),
    hostname: take('hostname', readText),
    stopGracePeriod: take('stop_grace_period', readDuration),
    shmSize: take('shm_size', readBytes),
    platform,
    pullPolicy,
  };
  if (optional.command?.length === 0 && optional.entrypoint === undefined) {
    problems.error(
      (value('command') as Tree).at,
      'an empty command cannot be mapped: Kubernetes would run the image’s own',
      'Say the entrypoint too, or remove it.',
      'FAR-COMPOSE-004',
    );
  }
  const service: Omit<Service, 'image' | 'imageAt'> = {
    name: entry.key,
    at: entry.keyAt,
    environment,
    ports: value('ports') ? readPorts(value('ports') as Tree, problems) : [],
    expose: value('expose') ? readExpose(value('expose') as Tree, problems) : [],
    mounts: [...volumes.mounts, ...grants],
    dependsOn: value('depends_on') ? readDependsOn(value('depends_on') as Tree, context.enabled, context.all, problems) : [],
    restart: value('restart') ? readRestart(value('restart') as Tree, problems) : 'no',
    ...readResources(map, problems),
    labels: Object.fromEntries(
      (take('labels', readPairs) ?? []).map((pair) => [pair.key, pair.value.kind === 'scalar' ? String(pair.value.value ?? '') : '']),
    ),
    capAdd: (take('cap_add', readTexts) ?? []).map(capability),
    capDrop: (take('cap_drop', readTexts) ?? []).map(capability),
    groups: value('group_add') ? readGroups(value('group_add') as Tree, problems) : [],
    noNewPrivileges: value('security_opt') ? readSecurity(value('security_opt') as Tree, problems) : false,
    readOnly: flag('read_only'),
    privileged: flag('privileged'),
    tty: flag('tty'),
    stdin: flag('stdin_open'),
    tmpfs: [...(take('tmpfs', readTexts) ?? []), ...volumes.tmpfs],
    init: flag('init'),
    extraHosts: value('extra_hosts') ? readExtraHosts(value('extra_hosts') as Tree, problems) : [],
    keys: map.entries.filter((e) => serviceKeys[e.key]?.kind === 'read').map((e) => ({ key: e.key, at: e.keyAt })),
    ...(Object.fromEntries(Object.entries(optional).filter(([, v]) => v !== undefined)) as Partial<Service>),
  };
  if (image === undefined) {
    if (!value('image'))
      problems.error(
        entry.keyAt,
        value('build') ? 'farthing does not build images yet' : 'it has no image',
        'Push an image to a registry the machines can reach, and name it with image:.',
        'FAR-COMPOSE-004',
      );
    return undefined;
  }
  return { ...service, image, imageAt: (value('image') as Tree).at };
}

function checkKeys(map: MapTree, problems: Problems): void {
  for (const { key, keyAt } of map.entries) {
    if (key.startsWith('x-')) continue;
    const fate = Object.hasOwn(serviceKeys, key) ? serviceKeys[key] : undefined;
    if (fate?.kind === 'noted') problems.note(key, keyAt, fate.text);
    else if (fate?.kind === 'refused') problems.error(keyAt, `${key} cannot be mapped: ${fate.why}`, fate.hint, 'FAR-COMPOSE-004');
    else if (!fate) {
      const near = didYouMean(key, Object.keys(serviceKeys));
      problems.error(keyAt, `"${key}" is not a key of a Compose service`, near ? `Did you mean "${near}"?` : 'Remove it.');
    }
  }
}

/** Keys that are read and mean a little less than on Docker. */
function remark(map: MapTree, problems: Problems): void {
  const note = (key: string, text: string) => {
    const entry = entryOf(map, key);
    if (entry) problems.note(key, entry.keyAt, text);
  };
  note('container_name', 'pods have names of their own; other services reach it by its service name');
  for (const key of ['command', 'entrypoint', 'healthcheck']) {
    const entry = entryOf(map, key);
    if (entry && isFilled(entry.value)) {
      problems.note(key, entry.keyAt, 'a variable went into it: whoever may read pods can read it; environment is kept in a Secret');
    }
  }
  note('init', 'the container has no init process; zombies of the app stay until it restarts');
  note('labels', 'nothing on Kubernetes reads them; they are not carried over');
  if (entryOf(map, 'image')) note('build', 'the image is pulled, not built');
  const mode = entryOf(map, 'network_mode');
  if (mode?.value.kind === 'scalar' && mode.value.value === 'bridge') problems.note('network_mode', mode.keyAt, 'it is the default');
  else if (mode) {
    problems.error(
      mode.keyAt,
      'network_mode cannot be mapped: it shares the network of the host or of another container',
      'Remove it, or leave this service on a Docker host for now.',
      'FAR-COMPOSE-004',
    );
  }
}

function readUser(tree: Tree, problems: Problems): string | undefined {
  const text = readText(tree, 'user', problems)
    ?.replace(/^root\b/, '0')
    .replace(/:root$/, ':0');
  if (text === undefined || /^\d+(:\d+)?$/.test(text)) return text;
  problems.error(
    tree.at,
    'user has to be a number: names are known only inside the image',
    'Look it up with `docker run --rm IMAGE id NAME` and write e.g. "1000:1000".',
    'FAR-COMPOSE-004',
  );
  return undefined;
}

function readPlatform(tree: Tree, problems: Problems): string | undefined {
  const text = readText(tree, 'platform', problems);
  const [os, arch, variant] = text?.split('/') ?? [];
  const known = arch === undefined ? undefined : parseArch(arch);
  if (text === undefined) return undefined;
  if (os === 'linux' && known && (variant === undefined || (known === 'arm64' && variant === 'v8'))) return `linux/${known}`;
  problems.error(
    tree.at,
    'farthing places services on linux/amd64 and linux/arm64 only',
    'Use one of them, or remove platform.',
    'FAR-COMPOSE-004',
  );
  return undefined;
}

function readPullPolicy(tree: Tree, problems: Problems): Service['pullPolicy'] | undefined {
  const known = { always: 'Always', never: 'Never', missing: 'IfNotPresent', if_not_present: 'IfNotPresent' } as const;
  const text = readText(tree, 'pull_policy', problems);
  const found = Object.entries(known).find(([word]) => word === text)?.[1];
  if (text !== undefined && !found)
    problems.error(tree.at, 'this pull_policy cannot be mapped', 'Use always, missing or never.', 'FAR-COMPOSE-004');
  return found;
}

function readRestart(tree: Tree, problems: Problems): Service['restart'] {
  // YAML 1.1 habits: `restart: no` may arrive as false.
  const text = tree.kind === 'scalar' && tree.value === false ? 'no' : readText(tree, 'restart', problems);
  const word = (['no', 'always', 'on-failure', 'unless-stopped'] as const).find(
    (w) => w === text?.replace(/^on-failure:\d+$/, 'on-failure'),
  );
  if (text !== undefined && !word) problems.error(tree.at, 'this is not a restart policy', 'Use no, always, on-failure or unless-stopped.');
  if (word === 'no' || word === 'on-failure') {
    problems.note('restart', tree.at, 'it is started again whenever it ends; services that run once and end are not built yet');
  }
  return word ?? 'always';
}

function readExtraHosts(tree: Tree, problems: Problems): Service['extraHosts'] {
  const pairs =
    tree.kind === 'list'
      ? tree.items.map((item) => ({ text: readText(item, 'extra_hosts', problems), at: item.at }))
      : readPairs(tree, 'extra_hosts', problems).map((e) => ({
          text: `${e.key}=${e.value.kind === 'scalar' ? e.value.value : ''}`,
          at: e.value.at,
        }));
  return pairs.flatMap(({ text, at }) => {
    if (text === undefined) return [];
    const match = /^([^=:\s]+)[=:]\[?([0-9a-fA-F.:]+|host-gateway)\]?$/.exec(text);
    if (match?.[2] === 'host-gateway')
      problems.error(
        at,
        'host-gateway cannot be mapped: a service may run on any machine',
        'Write the address of the machine that is meant.',
        'FAR-COMPOSE-004',
      );
    else if (!match) problems.error(at, 'this is not "name:address"');
    else return [{ name: match[1] as string, ip: match[2] as string }];
    return [];
  });
}

function capability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}
