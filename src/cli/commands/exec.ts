import type { CommandRun } from '../command.ts';
import { mainContainer, podsOf, requireApp } from '../pods.ts';
import { withSession } from '../session.ts';

/** `farthing exec <app> <service> [command…]`: through the server's own kubectl, so that nothing is needed here. */
export const run: CommandRun = (invocation, context) =>
  withSession(invocation, context, async (session) => {
    const [app = '', service = '', ...command] = invocation.args;
    requireApp(session.spec, app);
    const [pod] = await podsOf(await session.cluster(), app, service);
    const { interactive } = context.terminal;
    const shell = await session.shells.open(session.server.name);
    const kubectl = [
      'sudo',
      '-n',
      'k3s',
      'kubectl',
      // Not in root's home, where it would stay when the cluster goes.
      '--cache-dir=/var/lib/farthing/kubectl',
      'exec',
      interactive ? '-it' : '-i',
      '-n',
      app,
      String(pod?.metadata.name),
      '-c',
      pod ? mainContainer(pod) : '',
    ];
    return context.processes.interact(shell.command([...kubectl, '--', ...(command.length > 0 ? command : ['sh'])], { tty: interactive }));
  });
