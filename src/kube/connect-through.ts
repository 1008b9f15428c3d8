import type { Clock } from '../common/index.ts';
import type { Shell } from '../ssh/index.ts';
import { connect } from './connect.ts';
import type { Cluster } from './types.ts';

/**
 * A Cluster through the server's own ssh connection: 6443 stays closed to the world, and K3s'
 * certificate carries 127.0.0.1. Closing it closes the forward too. Throws FAR-SSH-… or FAR-KUBE-001.
 */
export async function connectThrough(shell: Shell, kubeconfig: string, clock: Clock): Promise<Cluster> {
  const forward = await shell.forward('127.0.0.1', 6443);
  try {
    const cluster = connect({ kubeconfig, clock, server: `https://${forward.host}:${forward.port}`, servername: '127.0.0.1' });
    return {
      ...cluster,
      async close() {
        await cluster.close();
        await forward.close();
      },
    };
  } catch (thrown) {
    await forward.close();
    throw thrown;
  }
}
