import type { Volume, VolumeMount } from 'kubernetes-types/core/v1.js';
import { parseBytes, quantityOfBytes } from '../common/index.ts';
import { type Service, volumeName } from '../compose/index.ts';
import type { AppInput } from './input.ts';
import { labelsOf } from './labels.ts';
import type { Manifest } from './types.ts';
import { volumesOf } from './volumes-of.ts';

const defaultSize = 1024 ** 3;

/** The claims of the app's named volumes. The size is what the file says or 1 GiB; local-path does not hold anybody to it. */
export function renderClaims({ app, project }: Pick<AppInput, 'app' | 'project'>, clusterId: string): readonly Manifest[] {
  return project.volumes.map(({ key }) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: volumeName(key),
      namespace: app.name,
      labels: { ...labelsOf(app.name, clusterId), 'farthing.dev/volume': volumeName(key) },
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'local-path',
      resources: { requests: { storage: quantityOfBytes(app.volumes[key]?.size ?? defaultSize) } },
    },
  }));
}

/** Named volumes and memory file systems of a pod, and where they are mounted. */
export function renderVolumes(service: Service): { readonly volumes: readonly Volume[]; readonly mounts: readonly VolumeMount[] } {
  const claims = volumesOf(service).map(
    (key): Volume => ({ name: claimVolume(key), persistentVolumeClaim: { claimName: volumeName(key) } }),
  );
  const claimMounts = service.mounts.flatMap((mount): VolumeMount[] =>
    mount.kind === 'volume'
      ? [{ name: claimVolume(mount.volume), mountPath: mount.target, ...(mount.readOnly ? { readOnly: true } : {}) }]
      : [],
  );
  const memory = [...service.tmpfs.map(readTmpfs), ...(service.shmSize === undefined ? [] : [{ path: '/dev/shm', size: service.shmSize }])];
  return {
    volumes: [
      ...claims,
      ...memory.map(
        ({ size }, i): Volume => ({
          name: `memory-${i}`,
          emptyDir: { medium: 'Memory', ...(size === undefined ? {} : { sizeLimit: quantityOfBytes(size) }) },
        }),
      ),
    ],
    mounts: [...claimMounts, ...memory.map(({ path }, i): VolumeMount => ({ name: `memory-${i}`, mountPath: path }))],
  };
}

function claimVolume(key: string): string {
  return `volume-${volumeName(key)}`.slice(0, 63).replace(/-+$/, '');
}

/** `/tmp:size=64m,mode=1777`. */
function readTmpfs(text: string): { readonly path: string; readonly size: number | undefined } {
  const [path = text, options = ''] = text.split(':');
  const size = /(?:^|,)size=([^,]+)/.exec(options)?.[1];
  return { path, size: size === undefined ? undefined : parseBytes(size, { bare: true }) };
}
