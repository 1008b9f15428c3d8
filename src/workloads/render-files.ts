import type { Volume, VolumeMount } from 'kubernetes-types/core/v1.js';
import { Sealed, sha256 } from '../common/index.ts';
import type { Mount, Service } from '../compose/index.ts';
import type { Manifest } from './types.ts';

type Files = Extract<Mount, { kind: 'files' }>;

/** Files of one mount: the object that holds them, the pod's volume and where it is mounted. */
export interface RenderedFiles {
  readonly object: Manifest;
  readonly volume: Volume;
  readonly mount: VolumeMount;
}

/**
 * The files beside the Compose file that a service mounts, each mount in a ConfigMap or Secret of
 * its own, named after where it is mounted so that the order in the file does not matter.
 */
export function renderFiles(service: Service, namespace: string, labels: Readonly<Record<string, string>>): readonly RenderedFiles[] {
  return service.mounts.flatMap((mount) => (mount.kind === 'files' ? [renderMount(mount, service.name, namespace, labels)] : []));
}

function renderMount(mount: Files, service: string, namespace: string, labels: Readonly<Record<string, string>>): RenderedFiles {
  const mark = sha256(mount.target).slice(0, 8);
  const name = `${service}-files-${mark}`;
  const single = mount.files.length === 1 && mount.files[0]?.path === '';
  const keys = mount.files.map((file, i) => keyOf(file.path, i));
  // Equal permissions are said once, for the whole volume.
  const modes = new Set(mount.files.map((file) => file.mode));
  const defaultMode = mount.files[0]?.mode ?? 0o444;
  const items = mount.files.map((file, i) => ({
    key: keys[i] as string,
    path: single ? 'file' : file.path,
    ...(modes.size > 1 ? { mode: file.mode } : {}),
  }));
  const source = mount.secret ? { secret: { secretName: name, items, defaultMode } } : { configMap: { name, items, defaultMode } };
  return {
    object: {
      apiVersion: 'v1',
      kind: mount.secret ? 'Secret' : 'ConfigMap',
      metadata: { name, namespace, labels },
      ...contentOf(mount, keys),
    },
    volume: { name: `files-${mark}`, ...source },
    mount: { name: `files-${mark}`, mountPath: mount.target, readOnly: true, ...(single ? { subPath: 'file' } : {}) },
  };
}

function contentOf(mount: Files, keys: readonly string[]): Readonly<Record<string, unknown>> {
  const entries = mount.files.map((file, i) => ({ key: keys[i] as string, file }));
  const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
  if (mount.secret) {
    const data = entries.map(({ key, file }) => [key, new Sealed(file.binary ? file.content.reveal() : base64(file.content.reveal()))]);
    return { type: 'Opaque', data: Object.fromEntries(data) };
  }
  const part = (binary: boolean) =>
    Object.fromEntries(entries.filter(({ file }) => file.binary === binary).map(({ key, file }) => [key, file.content.reveal()]));
  const [data, binaryData] = [part(false), part(true)];
  return {
    ...(Object.keys(data).length > 0 ? { data } : {}),
    ...(Object.keys(binaryData).length > 0 ? { binaryData } : {}),
  };
}

/** Keys may have letters, digits, `-`, `_` and `.` only; a path that has others gets its number too. */
function keyOf(path: string, index: number): string {
  if (path === '') return 'file';
  return /^[\w.-]{1,200}$/.test(path) && !path.startsWith('..') ? path : `${index}-${path.replace(/[^\w.-]+/g, '_').slice(-200)}`;
}
