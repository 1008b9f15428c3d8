import type { Diagnostic } from '../common/index.ts';
import type { Unknown } from '../operation/index.ts';
import { appsOf, factsOf, type PlanInput } from './input.ts';

/** What could not be looked at, and whether `up` may act all the same. */
export function unknownsOf(input: PlanInput): Unknown[] {
  const { world, spec } = input;
  if (world === undefined) return [{ what: 'machines, cluster and registries', reason: 'not looked at (--offline)', matters: true }];
  const named = new Set(spec.machines.map((machine) => machine.name));
  const hosts = Object.entries(world.hosts).flatMap(([name, entry]) =>
    'unreachable' in entry ? [{ ...entry.unreachable, matters: named.has(name) && input.only === undefined }] : [],
  );
  const cluster = world.cluster.state === 'unknown' ? [world.cluster.unknown] : [];
  return [...hosts, ...cluster, ...imagesUnknown(input)];
}

/** Images nobody could tell the architecture of. On machines of one architecture that cannot do harm. */
function imagesUnknown(input: PlanInput): Unknown[] {
  const arches = new Set(input.spec.machines.map((machine) => factsOf(input.world, machine.name)?.arch ?? machine.arch));
  const images = new Set(appsOf(input).flatMap((app) => input.projects[app.name]?.services.map((service) => service.image) ?? []));
  return [...images].flatMap((image) => {
    const platforms = input.platforms[image];
    if (platforms === undefined || platforms.missing || platforms.platforms.length > 0) return [];
    return [{ what: `where ${image} can run`, reason: platforms.reason ?? 'the registry did not say', matters: arches.size > 1 }];
  });
}

/** Images that the registry says do not exist, where the Compose file names them. */
export function missingImages(input: PlanInput): Diagnostic[] {
  return appsOf(input).flatMap((app) =>
    (input.projects[app.name]?.services ?? []).flatMap((service) => {
      const platforms = input.platforms[service.image];
      if (!platforms?.missing) return [];
      const message = `there is no image ${service.image}${platforms.reason ? `: ${platforms.reason}` : ''}`;
      return [
        {
          code: 'FAR-IMAGE-002' as const,
          severity: 'error' as const,
          message,
          location: service.imageAt,
          hint: 'Check the name and the tag; for a private image, name its registry under `registries:`.',
        },
      ];
    }),
  );
}
