import { FarthingError, until } from '../common/index.ts';
import type { Handler, Operation } from '../operation/index.ts';
import { awaitGone, type KubePorts } from './apply-objects.ts';
import type { ObjectRef } from './types.ts';

/** Data of a `node.delete` operation. */
export interface DeleteNodeData {
  readonly node: string;
}

/** Plans the removal of a node from the cluster; K3s on the machine itself is removed by another operation. */
export function deleteNodeOperation(
  node: string,
  options: { readonly why: string; readonly after?: readonly string[] },
): Operation<DeleteNodeData> {
  return {
    id: `node.delete:${node}`,
    kind: 'node.delete',
    title: `Take ${node} off the cluster`,
    why: options.why,
    target: { machine: node },
    touches: [`Node ${node}`, `Secret kube-system/${passwordOf(node).name} (its join password)`],
    destroys: [],
    after: options.after ?? [],
    assumes: '',
    data: { node },
  };
}

/**
 * `node.delete`: the Node and its join password go, so that a machine of the same name can join
 * again. K3s owns the password by the Node and collects it; what it leaves is removed here.
 */
export function deleteNodeHandler({ cluster, clock }: KubePorts): Handler<DeleteNodeData> {
  const left = async (name: string): Promise<ObjectRef[]> => {
    const api = await cluster();
    const refs = [nodeRef(name), passwordOf(name)];
    const live = await Promise.all(refs.map((ref) => api.get(ref)));
    return refs.filter((_, i) => live[i] !== undefined);
  };
  return {
    kind: 'node.delete',
    async find(operation) {
      return (await left(operation.data.node)).length === 0 ? { state: 'done' } : { state: 'pending', fingerprint: '' };
    },
    async ensure(operation, context) {
      const api = await cluster();
      const name = operation.data.node;
      await api.delete(nodeRef(name));
      await awaitGone(api, clock, nodeRef(name), context);
      context.progress('waiting for K3s to forget its password');
      const forgotten = await until(async () => ((await api.get(passwordOf(name))) === undefined ? true : undefined), {
        clock,
        deadline: 15_000,
        every: 500,
        most: 2000,
        signal: context.signal,
      });
      if (!forgotten) await api.delete(passwordOf(name));
    },
    async verify(operation) {
      const rest = await left(operation.data.node);
      if (rest.length === 0) return;
      throw new FarthingError('FAR-APPLY-003', `Still there: ${rest.map((ref) => `${ref.kind} ${ref.name}`).join(', ')}.`, {
        hint: `If the Node came back, K3s still runs on ${operation.data.node}: stop it there and run the command again.`,
      });
    },
  };
}

function nodeRef(name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'Node', name };
}

/** The Secret K3s keeps of a node's password: k3s-io/k3s pkg/nodepassword. */
function passwordOf(node: string): ObjectRef & { readonly name: string } {
  return { apiVersion: 'v1', kind: 'Secret', namespace: 'kube-system', name: `${node}.node-password.k3s` };
}
