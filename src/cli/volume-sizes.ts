import { measureVolumes } from '../k3s/index.ts';
import { volumesOnNode } from '../kube/index.ts';
import type { World } from '../observe/index.ts';
import type { Session } from './session.ts';

type Folders = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Bytes on disk of each volume's folder, by machine and path, on every machine that answers and has K3s, whatever the cluster itself can say. */
export async function volumeFolders(session: Session, world: World): Promise<Folders> {
  const answering = Object.entries(world.hosts).filter(([, host]) => !('unreachable' in host) && host.k3s !== undefined);
  const found = await Promise.all(answering.map(async ([name]) => [name, await measureVolumes(await session.shells.open(name))] as const));
  return Object.fromEntries(found);
}

/** The same by the name of the PersistentVolume, of those the cluster knows. */
export async function volumeSizes(session: Session, world: World): Promise<Readonly<Record<string, number>>> {
  if (world.cluster.state !== 'present') return {};
  const { volumes } = world.cluster;
  const sizes = Object.entries(await volumeFolders(session, world)).flatMap(([node, folders]) =>
    volumesOnNode(volumes, node).flatMap(({ name, path }) =>
      path !== undefined && folders[path] !== undefined ? [[name, folders[path]] as const] : [],
    ),
  );
  return Object.fromEntries(sizes);
}
