import type { Problems } from './problems.ts';
import { readBytes, readCpus, readInteger, readMap, readText } from './scalars.ts';
import { entryOf, type MapTree, type Tree } from './tree.ts';
import type { Service } from './types.ts';

/** Sizes and copies of a service. */
export type Resources = Pick<Service, 'memoryLimit' | 'memoryReservation' | 'cpusLimit' | 'cpusReservation' | 'replicas'>;

/** `mem_limit`, `mem_reservation`, `cpus`, `scale` and `deploy`, which wins as in Compose. */
export function readResources(service: MapTree, problems: Problems): Resources {
  const value = (key: string) => entryOf(service, key)?.value;
  const take = <T>(tree: Tree | undefined, name: string, read: (tree: Tree, what: string, problems: Problems) => T | undefined) =>
    tree ? read(tree, name, problems) : undefined;
  const deploy = value('deploy') ? readDeploy(value('deploy') as Tree, problems) : {};
  // `mem_limit: 0` and `cpus: 0` mean no limit.
  const memoryLimit = deploy.memoryLimit ?? take(value('mem_limit'), 'mem_limit', readBytes);
  const cpusLimit = deploy.cpusLimit ?? take(value('cpus'), 'cpus', readCpus);
  const memoryReservation = deploy.memoryReservation ?? take(value('mem_reservation'), 'mem_reservation', readBytes);
  return {
    ...(memoryLimit ? { memoryLimit } : {}),
    ...(memoryReservation ? { memoryReservation } : {}),
    ...(cpusLimit ? { cpusLimit } : {}),
    ...(deploy.cpusReservation ? { cpusReservation: deploy.cpusReservation } : {}),
    replicas: deploy.replicas ?? take(value('scale'), 'scale', readInteger) ?? 1,
  };
}

const remarks: Readonly<Record<string, string>> = {
  labels: 'nothing on Kubernetes reads them',
  update_config: 'a change replaces pods one by one, or stops the old one first when it has a volume',
  rollback_config: 'a change that does not become ready is reported, not rolled back',
  restart_policy: 'Kubernetes restarts what ends, waiting longer each time',
};

function readDeploy(tree: Tree, problems: Problems): Partial<Resources> {
  const known = [
    'mode',
    'endpoint_mode',
    'replicas',
    'labels',
    'update_config',
    'rollback_config',
    'resources',
    'restart_policy',
    'placement',
  ];
  const map = readMap(tree, 'deploy', known, problems);
  const refuse = (key: string, why: string, hint: string) => {
    const entry = entryOf(map, key);
    if (entry) problems.error(entry.keyAt, `deploy.${key} cannot be mapped: ${why}`, hint, 'FAR-COMPOSE-004');
  };
  for (const [key, text] of Object.entries(remarks)) {
    const entry = entryOf(map, key);
    if (entry) problems.note(`deploy.${key}`, entry.keyAt, text);
  }
  refuse('placement', 'it speaks of Swarm nodes', 'Use prefer: or require: of the service in farthing.yaml.');
  refuse('endpoint_mode', 'it speaks of Swarm networking', 'Remove it.');
  const mode = entryOf(map, 'mode')?.value;
  if (mode && readText(mode, 'deploy.mode', problems) !== 'replicated') refuse('mode', 'only `replicated` is built', 'Remove it.');
  const replicas = entryOf(map, 'replicas')?.value;
  const copies = replicas && readInteger(replicas, 'deploy.replicas', problems);
  const resources = entryOf(map, 'resources')?.value;
  return { ...(copies === undefined ? {} : { replicas: copies }), ...(resources ? readSizes(resources, problems) : {}) };
}

function readSizes(tree: Tree, problems: Problems): Partial<Resources> {
  const map = readMap(tree, 'deploy.resources', ['limits', 'reservations'], problems);
  const part = (key: 'limits' | 'reservations') => {
    const value = entryOf(map, key)?.value;
    if (!value) return {};
    const known = key === 'limits' ? ['cpus', 'memory', 'pids'] : ['cpus', 'memory', 'generic_resources', 'devices'];
    const inner = readMap(value, `deploy.resources.${key}`, known, problems);
    for (const word of ['pids', 'generic_resources', 'devices']) {
      const entry = entryOf(inner, word);
      if (entry)
        problems.error(
          entry.keyAt,
          `deploy.resources.${key}.${word} cannot be mapped: a pod has no field for it`,
          'Remove it.',
          'FAR-COMPOSE-004',
        );
    }
    const memory = entryOf(inner, 'memory')?.value;
    const cpus = entryOf(inner, 'cpus')?.value;
    return {
      memory: memory && readBytes(memory, `${key}.memory`, problems),
      cpus: cpus && readCpus(cpus, `${key}.cpus`, problems),
    };
  };
  const [limits, reservations] = [part('limits'), part('reservations')];
  return {
    ...(limits.memory ? { memoryLimit: limits.memory } : {}),
    ...(limits.cpus ? { cpusLimit: limits.cpus } : {}),
    ...(reservations.memory ? { memoryReservation: reservations.memory } : {}),
    ...(reservations.cpus ? { cpusReservation: reservations.cpus } : {}),
  };
}
