import { createServer } from 'node:net';
import { FarthingError } from '../common/index.ts';
import type { Callee } from './explain-failure.ts';
import type { ShellPorts } from './open-shell.ts';
import { type Connection, sshOptions } from './ssh-options.ts';
import type { Forward, Shell } from './types.ts';

/** What a forward is made of. */
export interface ForwardParts {
  readonly callee: Callee;
  readonly connection: Connection;
  readonly ports: ShellPorts;
  readonly run: Shell['run'];
}

/** A shared connection ends 60 s after its last command; a listening forward does not count as one. */
const keepAliveEvery = 20_000;

/** Has the shared connection listen on a local port. Throws FAR-SSH-006 when the port is taken. */
export async function openForward(
  parts: ForwardParts,
  to: { readonly host: string; readonly port: number; readonly localPort?: number },
): Promise<Forward> {
  const { processes, clock } = parts.ports;
  const port = to.localPort ?? (await freePort());
  const options = sshOptions(parts.connection).filter((option, i, all) => !isClearing(option) && !isClearing(all[i + 1]));
  const control = (verb: string) => [
    'ssh',
    ...options,
    '-O',
    verb,
    '-L',
    `127.0.0.1:${port}:${to.host}:${to.port}`,
    parts.connection.target,
  ];
  const result = await processes.run(control('forward'), { timeout: 10_000 });
  if (result.code !== 0) {
    throw new FarthingError('FAR-SSH-006', `port ${port} could not be forwarded to ${parts.callee.machine}: ${result.stderr.trim()}`, {
      hint: to.localPort === undefined ? 'Run the command again.' : `Is port ${port} in use? Choose another one.`,
    });
  }
  const stop = new AbortController();
  const alive = (async () => {
    for (;;) {
      await clock.sleep(keepAliveEvery, stop.signal);
      await parts.run(':', { root: false, signal: stop.signal });
    }
  })().catch(() => {
    // Closed, or the connection is gone: whoever uses the port finds that out.
  });
  return {
    host: '127.0.0.1',
    port,
    close: async () => {
      stop.abort();
      await alive;
      await processes.run(control('cancel'), { timeout: 5000 });
    },
  };
}

/** `ClearAllForwardings` would also clear the forward that is asked for here. */
function isClearing(option: string | undefined): boolean {
  return option?.startsWith('ClearAllForwardings') === true;
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
