/**
 * The rooms of `src/` in their order: a room imports only rooms listed above it. Rooms that have no
 * content yet are on the list, so that their place is fixed before they are built;
 * `docs/architecture.md` describes those that exist.
 */
export const rooms = [
  'common',
  'operation',
  'spec',
  'catalog',
  'images',
  'placement',
  'compose',
  'workloads',
  'ssh',
  'host',
  'kube',
  'k3s',
  'machines',
  'reach',
  'storage',
  'backup',
  'migrate',
  'observe',
  'plan',
  'apply',
  'doctor',
  'gate',
  'dashboard',
  'cli',
] as const;
