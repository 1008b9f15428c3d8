import type { Problems } from './problems.ts';
import { readMap } from './scalars.ts';
import { entryOf, type MapTree } from './tree.ts';
import type { Project, Service } from './types.ts';

/** Top-level `volumes:` that some service mounts; drivers and options are refused. */
export function readVolumeKeys(top: MapTree, services: readonly Service[], problems: Problems): Project['volumes'] {
  const used = new Set(services.flatMap((s) => s.mounts.flatMap((m) => (m.kind === 'volume' ? [m.volume] : []))));
  const names = new Map<string, string>();
  const volumes = entryOf(top, 'volumes')?.value;
  return (volumes?.kind === 'map' ? volumes.entries : []).flatMap(({ key, keyAt, value }) => {
    const map =
      value.kind === 'map'
        ? readMap(value, `volumes.${key}`, ['name', 'external', 'driver', 'driver_opts', 'labels'], problems)
        : undefined;
    const external = entryOf(map, 'external')?.value;
    const isExternal = external?.kind === 'scalar' && external.value === true;
    if (isExternal) problems.note(`volumes.${key}.external`, keyAt, 'the cluster has a volume of its own, which starts empty');
    const name = entryOf(map, 'name');
    if (name) problems.note(`volumes.${key}.name`, name.keyAt, `the volume is called ${key} in the app’s namespace`);
    for (const word of ['driver', 'driver_opts'] as const) {
      const entry = entryOf(map, word);
      const local = word === 'driver' && entry?.value.kind === 'scalar' && entry.value.value === 'local';
      if (entry && !local)
        problems.error(
          entry.keyAt,
          `volumes.${key}.${word} cannot be mapped: volumes are kept on the machines’ own disks`,
          'Remove it.',
          'FAR-COMPOSE-004',
        );
    }
    if (!used.has(key)) {
      problems.note(`volumes.${key}`, keyAt, 'no service mounts it, so it is not made');
      return [];
    }
    const usable = volumeName(key);
    if (usable === '' || names.has(usable)) {
      const other = names.get(usable);
      problems.error(
        keyAt,
        `the volume "${key}" cannot be named in Kubernetes${other ? `: "${other}" would be called ${usable} too` : ''}`,
        'Rename it.',
        'FAR-COMPOSE-005',
      );
    }
    names.set(usable, key);
    return [{ key, external: isExternal, at: keyAt }];
  });
}

/** A volume's key as the name of its claim: small letters, digits and `-`; `db_data` becomes `db-data`. */
export function volumeName(key: string): string {
  return key
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
}
