import { FarthingError, until } from '../common/index.ts';
import type { LiveObject } from '../kube/index.ts';
import type { RunContext } from '../operation/index.ts';
import type { K3sPorts } from './k3s-handlers.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

/** Waits until a node is Ready and has its range of pod addresses; FAR-K3S-003 with what the node says when it does not come in `patience` milliseconds. */
export async function awaitNode(
  { cluster, clock }: K3sPorts,
  node: { readonly name: string; readonly patience: number },
  context: RunContext,
): Promise<void> {
  context.progress(`waiting for node ${node.name}`);
  const api = await cluster();
  let last: LiveObject | undefined;
  const ready = await until(
    async () => {
      last = await api.get({ apiVersion: 'v1', kind: 'Node', name: node.name });
      const isReady = conditions(last).some(({ type, status }) => type === 'Ready' && status === 'True');
      return isReady && last?.spec?.podCIDR ? true : undefined;
    },
    { clock, deadline: node.patience, every: 250, most: 1000, signal: context.signal },
  );
  if (ready) return;
  const says = conditions(last).map(({ type, status, message }) => `${type}=${status} ${message ?? ''}`.trim());
  throw new FarthingError(
    'FAR-K3S-003',
    `node ${node.name} did not become ready${says.length > 0 ? `:\n${says.join('\n')}` : ': the cluster does not know it'}`,
    { hint: `Read its journal: farthing ssh ${node.name} sudo journalctl -u k3s-agent -n 50` },
  );
}

function conditions(node: LiveObject | undefined): readonly Condition[] {
  return (node?.status?.conditions as readonly Condition[] | undefined) ?? [];
}
