import { measureVolumes } from '../k3s/index.ts';
import { nodeOfVolume, volumesOnNode } from '../kube/index.ts';
import type { World } from '../observe/index.ts';
import type { Session } from './session.ts';

/** Bytes on disk of the cluster's volumes, by PersistentVolume name, as their machines say now. Machines that do not answer are left out. */
export async function volumeSizes(session: Session, world: World): Promise<Readonly<Record<string, number>>> {
  if (world.cluster.state !== 'present') return {};
  const { volumes } = world.cluster;
  const nodes = [...new Set(volumes.map(nodeOfVolume))].filter(
    (node) => node !== undefined && world.hosts[node] && !('unreachable' in world.hosts[node]),
  );
  const found = await Promise.all(
    (nodes as string[]).map(async (node) => {
      const sizes = await measureVolumes(await session.shells.open(node)).catch((): Record<string, number> => ({}));
      return volumesOnNode(volumes, node).flatMap(({ name, path }) =>
        path !== undefined && sizes[path] !== undefined ? [[name, sizes[path]] as const] : [],
      );
    }),
  );
  return Object.fromEntries(found.flat());
}
