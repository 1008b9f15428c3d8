import type { Service } from '../compose/index.ts';
import type { Platforms } from '../images/index.ts';
import type { AppInput } from './input.ts';
import { requestOfService } from './request-of-service.ts';
import type { WorkloadUnit } from './types.ts';
import { volumesOf } from './volumes-of.ts';
import { waitsOf } from './waits-of.ts';

/**
 * What has to be placed: one unit a service, except that services sharing a volume are one unit,
 * since a volume is on one node and all its users follow it there. `volumeNodes` gives the node of
 * each volume that exists, by its key in the Compose file.
 */
export function unitsOf(input: AppInput, volumeNodes: Readonly<Record<string, string>> = {}): readonly WorkloadUnit[] {
  return groups(input.project.services).map((services) => unitOf(services, input, volumeNodes));
}

function unitOf(group: readonly Service[], input: AppInput, volumeNodes: Readonly<Record<string, string>>): WorkloadUnit {
  const { app, catalog } = input;
  const services = group.map((service) => ({
    name: service.name,
    image: service.image,
    replicas: app.services[service.name]?.replicas ?? service.replicas,
    request: requestOfService(service, app.services[service.name], catalog),
  }));
  const volumes = unique(group.flatMap(volumesOf));
  // Copies of a pod with a volume are all on the volume's node: for packing they are one lump.
  const spread = volumes.length === 0;
  const lump = (of: (s: (typeof services)[number]) => number) => services.reduce((sum, s) => sum + of(s) * (spread ? 1 : s.replicas), 0);
  const wishes = (kind: 'prefer' | 'require') => {
    const own = group.map((service) => app.services[service.name]?.[kind] ?? []);
    return unique(own.flatMap((list) => (list.length > 0 ? list : app[kind])));
  };
  return {
    id: `${app.name}/${group.map((service) => service.name).join('+')}`,
    app: app.name,
    services,
    images: imagesOf(group, input),
    memory: lump((s) => s.request.memory),
    cpus: lump((s) => s.request.cpus),
    prefer: wishes('prefer'),
    require: wishes('require'),
    pinnedTo: unique(volumes.map((volume) => volumeNodes[volume]).filter((node) => node !== undefined)),
    ...(spread ? { replicas: services[0]?.replicas ?? 1 } : {}),
  };
}

/** The images of the pod: its own, narrowed by `platform:`, and the helper that waits for others. */
function imagesOf(group: readonly Service[], input: AppInput): readonly Platforms[] {
  const unknown = (image: string): Platforms => ({ image, platforms: [], certainty: 'unknown', reason: 'not looked up', notes: [] });
  const own = group.flatMap((service): Platforms[] => {
    const found = input.platforms[service.image] ?? unknown(service.image);
    if (service.platform === undefined) return [found];
    // The wish counts like one more image, so that a contradiction is told as one.
    return [found, { image: `platform: of ${service.name}`, platforms: [service.platform], certainty: 'manifest', notes: [] }];
  });
  const helper = input.catalog.helpers.wait;
  const waits = group.some((service) => waitsOf(service, input).length > 0);
  const helperPlatforms = waits ? input.platforms[helper] : undefined;
  return helperPlatforms && helperPlatforms.platforms.length > 0 ? [...own, helperPlatforms] : own;
}

/** Services in the order of the file, those that share a volume together. */
function groups(services: readonly Service[]): readonly (readonly Service[])[] {
  const found: { members: Service[]; volumes: Set<string> }[] = [];
  for (const service of services) {
    const volumes = volumesOf(service);
    const touching = found.filter((group) => volumes.some((volume) => group.volumes.has(volume)));
    const [home, ...others] = touching;
    if (!home) {
      found.push({ members: [service], volumes: new Set(volumes) });
      continue;
    }
    for (const other of others) {
      home.members.push(...other.members);
      for (const volume of other.volumes) home.volumes.add(volume);
      found.splice(found.indexOf(other), 1);
    }
    home.members.push(service);
    for (const volume of volumes) home.volumes.add(volume);
  }
  return found.map((group) => services.filter((service) => group.members.includes(service)));
}

function unique<T>(list: readonly T[]): readonly T[] {
  return [...new Set(list)];
}
