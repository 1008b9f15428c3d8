import type { Catalog, K3sOverhead } from './types.ts';

/** What K3s itself takes of a node in this role, and its documented minimum. */
export function overheadOf(catalog: Catalog, role: 'server' | 'agent'): K3sOverhead {
  const found = catalog.overhead.find((entry) => entry.role === role);
  if (!found) throw new Error(`the catalogue has no overhead for ${role}`);
  return found;
}
