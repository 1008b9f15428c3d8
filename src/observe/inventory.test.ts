import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../kube/index.ts';
import { inventoryObject, parseInventory } from './inventory.ts';
import type { Inventory } from './types.ts';

const inventory: Inventory = {
  version: 1,
  farthing: '0.1.0',
  cluster: { id: 'abc', name: 'home' },
  machines: [
    { name: 'big', target: 'ubuntu@10.0.0.1', role: 'server', hostKeys: ['ssh-ed25519 AAAA'], address: '10.0.0.1' },
    { name: 'micro', target: 'me@x', port: 2222, role: 'agent', hostKeys: [], address: '' },
  ],
  apps: [{ name: 'stats', objects: ['apps/v1/Deployment/stats/web'], volumes: ['data'] }],
};
const holding = (value: unknown): LiveObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x' },
  data: { 'inventory.json': JSON.stringify(value) },
});

describe('parseInventory', () => {
  it('reads back what was written', () => {
    expect(parseInventory(inventoryObject(inventory) as LiveObject)).toEqual(inventory);
  });

  it('passes over what it does not know, and fills in what is missing', () => {
    const later = { ...inventory, clouds: [1], machines: [{ name: 'a', target: 'b', role: 'agent', zone: 'x' }], apps: undefined };
    expect(parseInventory(holding(later))).toEqual({
      ...inventory,
      machines: [{ name: 'a', target: 'b', role: 'agent', hostKeys: [], address: '' }],
      apps: [],
    });
  });

  it('refuses one of a newer farthing, by its version', () => {
    expect(() => parseInventory(holding({ version: 2, farthing: '9.1.0' }))).toThrow(
      expect.objectContaining({ code: 'FAR-PLAN-005', message: 'This cluster was made by a newer farthing (9.1.0).' }),
    );
  });

  it('is undefined when there is none or it is broken', () => {
    expect(parseInventory(undefined)).toBeUndefined();
    expect(parseInventory({ ...holding(1), data: {} })).toBeUndefined();
    expect(parseInventory({ ...holding(1), data: { 'inventory.json': '{' } })).toBeUndefined();
    for (const value of [null, 1, {}, { version: 1 }]) expect(parseInventory(holding(value))).toBeUndefined();
  });
});
