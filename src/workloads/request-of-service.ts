import { type Catalog, requestOf } from '../catalog/index.ts';
import type { Service } from '../compose/index.ts';
import { parseImageRef } from '../images/index.ts';
import type { ServiceSpec } from '../spec/index.ts';
import type { Request } from './types.ts';

/**
 * What a service asks for: farthing.yaml, then the Compose file's reservation, then (memory only, as
 * Kubernetes would) its limit, then the catalogue. A limit below the request is raised to it.
 */
export function requestOfService(service: Service, spec: ServiceSpec | undefined, catalog: Catalog): Request {
  const ref = parseImageRef(service.image);
  const known = 'problem' in ref ? catalog.fallback : requestOf(catalog, ref.repository);
  const catalogue = known === catalog.fallback ? 'catalogue: unknown image' : `catalogue: ${known.name}`;
  const [memory, memoryFrom] = first([
    [spec?.memory, 'farthing.yaml'],
    [service.memoryReservation, 'compose: memory reservation'],
    [service.memoryLimit, 'compose: memory limit'],
    [known.memory, catalogue],
  ]);
  const [cpus, cpusFrom] = first([
    [spec?.cpus, 'farthing.yaml'],
    [service.cpusReservation, 'compose: cpus reservation'],
    [service.cpusLimit === undefined ? undefined : Math.min(service.cpusLimit, known.cpus), catalogue],
    [known.cpus, catalogue],
  ]);
  return {
    memory,
    memoryFrom,
    cpus,
    cpusFrom,
    ...(service.memoryLimit === undefined ? {} : { memoryLimit: Math.max(memory, service.memoryLimit) }),
    ...(service.cpusLimit === undefined ? {} : { cpusLimit: Math.max(cpus, service.cpusLimit) }),
  };
}

function first(candidates: readonly (readonly [number | undefined, string])[]): readonly [number, string] {
  for (const [value, from] of candidates) if (value !== undefined) return [value, from];
  return [0, 'nothing'];
}
