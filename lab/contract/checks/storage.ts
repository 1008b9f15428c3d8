import { applyManifest, getJson, kubectl, until } from '../actions.ts';
import { type Bench, dataDir } from '../bench.ts';
import type { Check } from '../types.ts';
import { every, fail, holds, matches, same } from '../verdict.ts';

const claim = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: contract-claim, namespace: default }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 8Mi } } }
---
apiVersion: v1
kind: Pod
metadata: { name: contract-pod, namespace: default }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: main
      image: rancher/mirrored-library-busybox:1.37.0
      command: [sh, -c, 'echo contract > /data/file && sleep 100000']
      volumeMounts: [{ name: data, mountPath: /data }]
  volumes: [{ name: data, persistentVolumeClaim: { claimName: contract-claim } }]
`;

interface StorageClass {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly provisioner: string;
  readonly reclaimPolicy: string;
  readonly volumeBindingMode: string;
  readonly allowVolumeExpansion?: boolean;
}
interface Volume {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly nodeAffinity?: unknown;
    readonly hostPath?: { readonly path: string };
    readonly local?: { readonly path: string };
  };
}

async function volume(bench: Bench): Promise<Volume | undefined> {
  const { host } = bench.server;
  const bound = await getJson<{ spec: { volumeName?: string } }>(host, 'pvc', 'contract-claim');
  return bound?.spec.volumeName === undefined ? undefined : getJson<Volume>(host, 'pv', bound.spec.volumeName);
}

/** The default storage class and a volume of it, on a running server. Needs images from a registry. */
export const storageChecks: readonly Check[] = [
  {
    id: 'storage.class',
    contract: 'local-path is the default class: WaitForFirstConsumer, Delete, local volumes, no expansion',
    run: async (bench) => {
      const found = await getJson<StorageClass>(bench.server.host, 'storageclass', 'local-path');
      if (found === undefined) return fail('StorageClass local-path', 'absent');
      const annotations = found.metadata.annotations ?? {};
      return same(
        [
          annotations['storageclass.kubernetes.io/is-default-class'],
          annotations.defaultVolumeType,
          found.provisioner,
          found.volumeBindingMode,
          found.reclaimPolicy,
          found.allowVolumeExpansion ?? false,
        ],
        ['true', 'local', 'rancher.io/local-path', 'WaitForFirstConsumer', 'Delete', false],
      );
    },
  },
  {
    id: 'storage.config',
    contract: 'local-path-config points unlisted nodes to K3S/storage',
    run: async (bench) => {
      const map = await getJson<{ data: Record<string, string> }>(bench.server.host, 'configmap', '-n', 'kube-system', 'local-path-config');
      const config = JSON.parse(map?.data['config.json'] ?? '{}') as { nodePathMap?: { node: string; paths: string[] }[] };
      return same(config.nodePathMap, [{ node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES', paths: [`${dataDir}/storage`] }]);
    },
  },
  {
    id: 'storage.pod-runs',
    contract: 'a claim is bound when its pod is scheduled, and the pod writes to it',
    run: async (bench) => {
      await applyManifest(bench.server.host, claim);
      const phase = await until('the pod to run', 240, async () => {
        const pod = await getJson<{ status: { phase: string } }>(bench.server.host, 'pod', 'contract-pod');
        return pod?.status.phase === 'Running' ? pod.status.phase : undefined;
      });
      return same(phase, 'Running');
    },
  },
  {
    id: 'storage.folder',
    contract: 'the volume is the folder K3S/storage/pvc-<uid>_<namespace>_<claim>, open to all, its parent to root only',
    run: async (bench) => {
      const found = await volume(bench);
      const path = found?.spec.local?.path ?? found?.spec.hostPath?.path ?? 'absent';
      const modes = await bench.server.host.need('stat -c %a "$1" "$2"; cat "$1/file"', { args: [path, `${dataDir}/storage`] });
      return every(
        same(path, `${dataDir}/storage/${found?.metadata.name}_default_contract-claim`),
        same(modes.split(/\s+/).slice(0, 3), ['777', '700', 'contract']),
      );
    },
  },
  {
    id: 'storage.pinned',
    contract: 'the volume is a local one, pinned to its node by hostname',
    run: async (bench) => {
      const found = await volume(bench);
      return every(
        holds(found?.spec.local !== undefined, 'spec.local', found?.spec),
        matches(JSON.stringify(found?.spec.nodeAffinity ?? {}), new RegExp(`kubernetes.io/hostname.*"${bench.server.facts.hostname}"`)),
      );
    },
  },
  {
    id: 'storage.coredns',
    contract: 'Service kube-dns is the tenth address of the service range; NodeHosts names the node',
    run: async (bench) => {
      const service = await getJson<{ spec: { clusterIP: string } }>(bench.server.host, 'service', '-n', 'kube-system', 'kube-dns');
      const map = await getJson<{ data: Record<string, string> }>(bench.server.host, 'configmap', '-n', 'kube-system', 'coredns');
      const { address, hostname } = bench.server.facts;
      return every(
        same(service?.spec.clusterIP, '10.43.0.10'),
        matches(map?.data.NodeHosts ?? 'no NodeHosts', new RegExp(`${address.replaceAll('.', '\\.')}\\s+${hostname}`)),
      );
    },
  },
  {
    id: 'storage.deleted',
    contract: 'deleting the claim deletes the folder',
    run: async (bench) => {
      const { host } = bench.server;
      await kubectl(host, 'delete', 'pod/contract-pod', 'pvc/contract-claim', '--wait=false');
      const left = await until('the folder to go', 120, async () => {
        const names = await host.need('ls "$1" | grep contract-claim || true', { args: [`${dataDir}/storage`] });
        return names.trim() === '' ? 'gone' : undefined;
      });
      return same(left, 'gone');
    },
  },
];
