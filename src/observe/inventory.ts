import { z } from 'zod';
import { FarthingError } from '../common/index.ts';
import { type LiveObject, managedByLabel, systemNamespace } from '../kube/index.ts';
import type { Manifest } from '../workloads/index.ts';
import type { Inventory } from './types.ts';

/** The ConfigMap that holds the inventory. */
export const inventoryRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: systemNamespace, name: 'farthing-inventory' } as const;

const key = 'inventory.json';

/** Permissive: fields of other versions are passed over. */
const schema = z.object({
  version: z.literal(1),
  farthing: z.string().default(''),
  cluster: z.object({ id: z.string(), name: z.string() }),
  machines: z
    .array(
      z.object({
        name: z.string(),
        target: z.string(),
        port: z.number().optional(),
        role: z.enum(['server', 'agent']),
        hostKeys: z.array(z.string()).default([]),
        address: z.string().default(''),
      }),
    )
    .default([]),
  apps: z
    .array(z.object({ name: z.string(), objects: z.array(z.string()).default([]), volumes: z.array(z.string()).default([]) }))
    .default([]),
});

/**
 * Reads the inventory; undefined when there is none or it cannot be read (it is written anew then).
 * Throws FAR-PLAN-005 when a newer farthing wrote it: this one would not understand what it made.
 */
export function parseInventory(live: LiveObject | undefined): Inventory | undefined {
  const text: unknown = live?.data?.[key];
  if (typeof text !== 'string') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { version, farthing } = (value ?? {}) as { version?: unknown; farthing?: unknown };
  if (typeof version === 'number' && version > 1) {
    throw new FarthingError(
      'FAR-PLAN-005',
      `This cluster was made by a newer farthing${typeof farthing === 'string' ? ` (${farthing})` : ''}.`,
      {
        hint: 'Use that version or a newer one here too.',
      },
    );
  }
  const parsed = schema.safeParse(value);
  // zod's optional port is `number | undefined`; ours is absent.
  return parsed.success ? (JSON.parse(JSON.stringify(parsed.data)) as Inventory) : undefined;
}

/** The inventory as the object that is applied. Equal inventories give equal text. */
export function inventoryObject(inventory: Inventory): Manifest {
  return {
    apiVersion: inventoryRef.apiVersion,
    kind: inventoryRef.kind,
    metadata: { name: inventoryRef.name, namespace: inventoryRef.namespace, labels: { [managedByLabel]: 'farthing' } },
    data: { [key]: `${JSON.stringify(inventory, undefined, 2)}\n` },
  };
}
