import type { Problems } from './problems.ts';
import { readBoolean, readMap } from './scalars.ts';
import { entryOf, type Tree } from './tree.ts';

const flat = 'all services of an app reach each other by name, whatever networks they are in';

/** Top-level `networks:`. Plain ones are accepted, as one flat network; what isolates or reaches outside is refused. */
export function readNetworks(tree: Tree | undefined, problems: Problems): ReadonlySet<string> {
  const names = new Set(['default']);
  for (const entry of tree?.kind === 'map' ? tree.entries : []) {
    names.add(entry.key);
    problems.note(`networks.${entry.key}`, entry.keyAt, flat);
    if (entry.value.kind === 'scalar' && entry.value.value === null) continue;
    const known = ['name', 'driver', 'driver_opts', 'ipam', 'external', 'internal', 'attachable', 'enable_ipv4', 'enable_ipv6', 'labels'];
    const map = readMap(entry.value, `networks.${entry.key}`, known, problems);
    const refuse = (key: string, why: string, hint: string) => {
      const found = entryOf(map, key);
      const off = found?.value.kind === 'scalar' && /^(false|null)$/.test(String(found.value.value));
      if (found && !off) problems.error(found.keyAt, `networks.${entry.key}.${key} cannot be mapped: ${why}`, hint, 'FAR-COMPOSE-004');
    };
    refuse('internal', 'pods are not cut off from the internet yet', 'Remove it if that is acceptable.');
    refuse('external', 'it is a network of one Docker host', 'Remove it; services of other apps are reached as <service>.<app>.');
    refuse('ipam', 'addresses are the cluster’s choice', 'Remove it.');
    refuse('driver_opts', 'they are settings of Docker', 'Remove it.');
    const driver = entryOf(map, 'driver')?.value;
    if (driver?.kind === 'scalar' && !['bridge', 'overlay'].includes(String(driver.value)))
      refuse('driver', 'only plain networks are understood', 'Remove it.');
    const attachable = entryOf(map, 'attachable')?.value;
    if (attachable) readBoolean(attachable, 'attachable', problems);
  }
  return names;
}

/** A service's `networks:`; only memberships, no addresses or aliases. */
export function readMemberships(tree: Tree, names: ReadonlySet<string>, problems: Problems): void {
  const items =
    tree.kind === 'list'
      ? tree.items.map((item) => ({ key: item.kind === 'scalar' ? String(item.value) : '', keyAt: item.at, value: undefined }))
      : tree.kind === 'map'
        ? tree.entries
        : [];
  for (const { key, keyAt, value } of items) {
    if (!names.has(key))
      problems.error(keyAt, `the network "${key}" is not declared`, 'Add it under networks: at the top level, or remove it here.');
    for (const entry of value?.kind === 'map' ? value.entries : []) {
      if (entry.key === 'priority' || entry.key === 'gw_priority')
        problems.note(`networks.${entry.key}`, entry.keyAt, 'there is one network only');
      else if (entry.key === 'aliases') {
        problems.error(
          entry.keyAt,
          'networks.aliases cannot be mapped: other names for a service are not built yet',
          'Use the service’s own name.',
          'FAR-COMPOSE-004',
        );
      } else
        problems.error(
          entry.keyAt,
          `networks.${entry.key} cannot be mapped: addresses are the cluster’s choice`,
          'Remove it.',
          'FAR-COMPOSE-004',
        );
    }
  }
}
