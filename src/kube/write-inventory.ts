import type { Handler, Operation } from '../operation/index.ts';
import type { Manifest } from '../workloads/index.ts';
import { ensureObject, type KubePorts, objectsHandler } from './apply-objects.ts';
import { fingerprintObjects, pairObjects } from './objects-state.ts';
import { managedByLabel } from './ownership.ts';
import type { LiveObject } from './types.ts';

/** farthing's own namespace in the cluster. */
export const systemNamespace = 'farthing-system';

/** The namespace as it is applied. */
export const systemNamespaceObject: Manifest = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: systemNamespace, labels: { [managedByLabel]: 'farthing' } },
};

/** Data of an `inventory.write` operation: the ConfigMap that holds the inventory. */
export interface InventoryData {
  readonly object: Manifest;
}

/** Plans the writing of the inventory; undefined when the cluster already has it so. */
export function inventoryOperation(
  object: Manifest,
  live: readonly LiveObject[],
  after: readonly string[] = [],
): Operation<InventoryData> | undefined {
  const fingerprint = fingerprintObjects(pairObjects([systemNamespaceObject, object], live));
  if (fingerprint === '') return undefined;
  return {
    id: 'inventory.write',
    kind: 'inventory.write',
    title: 'Write down in the cluster what farthing made',
    why: 'machines and objects that leave the file later are found by this list',
    target: {},
    touches: [`ConfigMap ${systemNamespace}/${object.metadata.name}`],
    destroys: [],
    after,
    // Written last, and whole: what is there does not matter.
    assumes: '',
    data: { object },
  };
}

/** `inventory.write`: keeps the list of what farthing made in the cluster itself. */
export function inventoryHandler(ports: KubePorts): Handler<InventoryData> {
  const objects = objectsHandler(ports);
  const both = (operation: Operation<InventoryData>) => ({
    ...operation,
    data: { objects: [systemNamespaceObject, operation.data.object] },
  });
  return {
    kind: 'inventory.write',
    find: (operation, context) => objects.find(both(operation), context),
    async ensure(operation, context) {
      const api = await ports.cluster();
      for (const object of [systemNamespaceObject, operation.data.object]) await ensureObject(api, ports.clock, object, context);
    },
    verify: (operation, context) => objects.verify(both(operation), context),
  };
}
