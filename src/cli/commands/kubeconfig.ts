import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FarthingError } from '../../common/index.ts';
import { mergeKubeconfig, removeFromKubeconfig } from '../../kube/index.ts';
import type { CommandRun } from '../command.ts';
import { readText } from '../real-files.ts';
import { withSession } from '../session.ts';

/** `farthing kubeconfig`: a context of its own in the user's kubeconfig, and the ssh forward it needs. */
export const run: CommandRun = (invocation, context) =>
  withSession(invocation, context, async (session) => {
    const output = invocation.options.output as string | undefined;
    const path =
      output !== undefined
        ? resolve(context.env.cwd, output)
        : (context.env.get('KUBECONFIG')?.split(':')[0] ?? join(context.env.home, '.kube', 'config'));
    const name = `farthing-${session.spec.name}`;
    const before = readText(path);
    if (invocation.options.remove === true) {
      if (before !== undefined) write(path, removeFromKubeconfig(before, name));
      context.terminal.note(`${name} is no longer in ${path}.\n`);
      return 0;
    }
    const kubeconfig = await session.kubeconfig();
    const id = await session.clusterId();
    const port = (invocation.options.port as number | undefined) ?? 16443;
    write(path, mergeKubeconfig(before, { kubeconfig, server: `https://127.0.0.1:${port}`, id }, name));
    if (invocation.json) context.terminal.out(`${JSON.stringify({ path, context: name, server: `https://127.0.0.1:${port}` })}\n`);
    if (invocation.options.forward === false) {
      const shell = await session.shells.open(session.server.name);
      context.terminal.note(
        `Context ${name} is in ${path}. Open its way with:\n  ${shell.command([], { tty: false }).join(' ')} -N -L ${port}:127.0.0.1:6443\n`,
      );
      return 0;
    }
    const shell = await session.shells.open(session.server.name);
    const forward = await shell.forward('127.0.0.1', 6443, { localPort: port });
    context.terminal.note(`Context ${name} is in ${path}; it works until you press Ctrl-C here.\n  kubectl --context ${name} get nodes\n`);
    await new Promise<void>((done) => {
      if (context.signal.aborted) done();
      context.signal.addEventListener('abort', () => done(), { once: true });
    });
    await forward.close();
    return 0;
  });

/** Owner-only: the file holds the key to the cluster. */
function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600 });
    chmodSync(path, 0o600);
  } catch (thrown) {
    throw new FarthingError('FAR-CLI-001', `cannot write ${path}: ${(thrown as Error).message}`, {
      hint: 'Give another place with --output.',
    });
  }
}
