import { objectId } from '../kube/index.ts';
import type { Inventory } from '../observe/index.ts';
import type { Manifest, RenderedApp } from '../workloads/index.ts';
import { addressOf, type PlanInput, presentCluster } from './input.ts';

/** What farthing will have made when everything in the file is done. Sorted, so that equal contents are equal text. */
export function wantedInventory(input: PlanInput, rendered: readonly RenderedApp[]): Inventory {
  const before = presentCluster(input.world)?.inventory;
  const planned = new Map(rendered.map((app) => [app.app, entryOf(app)]));
  const apps = input.spec.apps.flatMap((app) => planned.get(app.name) ?? before?.apps.find((entry) => entry.name === app.name) ?? []);
  return {
    version: 1,
    // The version that made it stays: a newer farthing on an old cluster changes nothing unasked.
    farthing: before?.farthing ?? input.version,
    cluster: { id: input.clusterId, name: input.spec.name },
    machines: input.spec.machines.map((machine) => ({
      name: machine.name,
      target: machine.target,
      ...(machine.port === undefined ? {} : { port: machine.port }),
      role: machine.role,
      hostKeys: machine.hostKeys,
      address: addressOf(machine, input.world) ?? before?.machines.find((entry) => entry.name === machine.name)?.address ?? '',
    })),
    apps,
  };
}

/** Both lists: what is there and what will be, for the time in between. Entries of `wanted` win. */
export function unitedInventory(before: Inventory | undefined, wanted: Inventory): Inventory {
  const left = <T extends { readonly name: string }>(old: readonly T[], now: readonly T[]) =>
    old.filter((entry) => !now.some((other) => other.name === entry.name));
  return {
    ...wanted,
    machines: [...wanted.machines, ...left(before?.machines ?? [], wanted.machines)],
    apps: [...wanted.apps, ...left(before?.apps ?? [], wanted.apps)],
  };
}

function entryOf(app: RenderedApp): Inventory['apps'][number] {
  const volumes = app.objects.filter((object) => object.kind === 'PersistentVolumeClaim').map((object) => object.metadata.name);
  return { name: app.app, objects: app.objects.map(refId).sort(), volumes: volumes.sort() };
}

function refId(object: Manifest): string {
  const { name, namespace } = object.metadata;
  return objectId({ apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) });
}
