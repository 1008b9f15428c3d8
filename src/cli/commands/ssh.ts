import { FarthingError } from '../../common/index.ts';
import type { CommandRun } from '../command.ts';
import { withSession } from '../session.ts';

/** `farthing ssh <machine> [command…]`: the user's own shell there, over the pinned host key. */
export const run: CommandRun = (invocation, context) =>
  withSession(invocation, context, async (session) => {
    const [machine = '', ...command] = invocation.args;
    if (!session.spec.machines.some((entry) => entry.name === machine)) {
      const known = session.spec.machines.map((entry) => entry.name).join(', ');
      throw new FarthingError('FAR-CLI-001', `${session.spec.file} has no machine ${machine}`, { hint: `Its machines: ${known}.` });
    }
    const shell = await session.shells.open(machine);
    return context.processes.interact(shell.command(command, { tty: context.terminal.interactive }));
  });
