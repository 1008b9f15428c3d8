import { FarthingError, Sealed } from '../common/index.ts';
import type { Shell } from '../ssh/index.ts';

/**
 * The agents' join secret in its full form, `K10<hash of the CA>::node:…`: an agent that has it cannot
 * be lured to another server. Read from the running server.
 */
export async function readAgentToken(server: Shell, options: { readonly signal?: AbortSignal } = {}): Promise<Sealed> {
  return await readToken(server, '/var/lib/rancher/k3s/server/agent-token', /^K10[0-9a-f]{64}::node:\S+$/, options);
}

/**
 * The server's token. It is cluster-admin, and without it no snapshot of the datastore can be
 * restored: whoever backs up the cluster keeps it, encrypted, off the cluster.
 *
 * @public waits for the backup room
 */
export async function readServerToken(server: Shell, options: { readonly signal?: AbortSignal } = {}): Promise<Sealed> {
  return await readToken(server, '/var/lib/rancher/k3s/server/token', /^K10[0-9a-f]{64}::server:\S+$/, options);
}

async function readToken(server: Shell, path: string, form: RegExp, options: { readonly signal?: AbortSignal }): Promise<Sealed> {
  const { stdout } = await server.run('cat -- "$1"', { args: [path], ...options });
  const token = stdout.trim();
  if (!form.test(token)) {
    throw new FarthingError('FAR-K3S-003', `${path} on ${server.machine} does not hold a token of the form expected`, {
      hint: 'Is K3s on it the one farthing installed? Run the command again.',
    });
  }
  return new Sealed(`${token}\n`);
}
