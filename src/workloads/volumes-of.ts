import type { Service } from '../compose/index.ts';

/** Keys of the named volumes a service mounts, each once. */
export function volumesOf(service: Service): readonly string[] {
  return [...new Set(service.mounts.flatMap((mount) => (mount.kind === 'volume' ? [mount.volume] : [])))];
}
