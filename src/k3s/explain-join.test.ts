import { expect, it } from 'vitest';
import { explainJoin } from './explain-join.ts';

const waiting = 'time="2026-11-24T08:00:00Z" level=info msg="Waiting to retrieve agent configuration; server is not ready: ';

it.each([
  ['token', `${waiting}failed to retrieve configuration from server: https://127.0.0.1:6444/v1-k3s/config: 401 Unauthorized"`],
  [
    'ca',
    'level=error msg="Failed to validate connection to cluster at https://10.0.0.1:6443: token CA hash does not match the Cluster CA certificate hash: a != b"',
  ],
  [
    'name-taken',
    `${waiting}https://127.0.0.1:6444/v1-k3s/serving-kubelet.crt: Node password rejected, duplicate hostname or contents of '/etc/rancher/node/password' may not match server node-passwd entry, try enabling a unique node name with the --with-node-id flag"`,
  ],
  [
    'refused',
    'Failed to validate connection to cluster at https://10.0.0.1:6443: failed to get CA certs: Get "https://10.0.0.1:6443/cacerts": dial tcp 10.0.0.1:6443: connect: connection refused',
  ],
  ['prohibited', 'failed to get CA certs: Get "https://10.0.0.1:6443/cacerts": dial tcp 10.0.0.1:6443: connect: no route to host'],
  ['timeout', 'failed to get CA certs: Get "https://10.0.0.1:6443/cacerts": dial tcp 10.0.0.1:6443: i/o timeout'],
  [
    'cgroup',
    'kubelet is configured to not run on a host using cgroup v1. cgroup v1 support is unsupported and will be removed in a future release',
  ],
  ['cgroup', 'level=fatal msg="failed to find memory cgroup, you may need to add \\"cgroup_memory=1 cgroup_enable=memory\\""'],
  ['overlay', '"overlayfs" snapshotter cannot be enabled for "/var/lib/rancher/k3s/agent/containerd"'],
  ['port', 'level=fatal msg="listen tcp :6443: bind: address already in use"'],
  ['config', 'flag provided but not defined: -node-nam'],
  ['config', 'bootstrap data already found and encrypted with different token'],
  ['unknown', 'level=info msg="Starting k3s agent"'],
] as const)('%s', (id, line) => {
  expect(explainJoin(`level=info msg="Starting k3s agent"\n${line}\n`).id).toBe(id);
});

it('what stands last counts: an older cause may be cured', () => {
  const refused = `${'dial tcp 10.0.0.1:6443: connect: connection refused\n'.repeat(20)}`;
  expect(explainJoin(`${refused}${`${waiting}401 Unauthorized"\n`.repeat(12)}`).id).toBe('token');
});
