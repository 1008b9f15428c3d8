import { expect, it } from 'vitest';
import { isReady, type NodeObject } from './node-object.ts';

const ready: NodeObject = {
  metadata: { name: 'a', uid: '1', labels: {}, annotations: { 'flannel.alpha.coreos.com/public-ip': '192.0.2.1' } },
  spec: { podCIDR: '10.42.0.0/24' },
  status: {
    addresses: [],
    conditions: [{ type: 'Ready', status: 'True' }],
    nodeInfo: { kubeletVersion: 'v1', containerRuntimeVersion: 'containerd://2' },
  },
};

it('takes a Ready node with a pod range and an address of flannel', () => {
  expect(isReady(ready)).toBe(true);
});

it.each<[string, NodeObject]>([
  ['not Ready', { ...ready, status: { ...ready.status, conditions: [{ type: 'Ready', status: 'Unknown' }] } }],
  ['no pod range yet', { ...ready, spec: {} }],
  ['no flannel address yet', { ...ready, metadata: { ...ready.metadata, annotations: {} } }],
  [
    'not seen by a cloud controller',
    { ...ready, spec: { ...ready.spec, taints: [{ key: 'node.cloudprovider.kubernetes.io/uninitialized' }] } },
  ],
])('does not take one that is: %s', (_, node) => {
  expect(isReady(node)).toBe(false);
});
