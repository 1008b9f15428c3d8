import { FarthingError } from '../common/index.ts';
import type { CommandContext, Invocation } from './command.ts';

/** Asks for a yes, unless `--yes` was given. Without a terminal and without `--yes` it is FAR-CLI-002. */
export async function confirm(question: string, invocation: Invocation, context: CommandContext): Promise<void> {
  if (invocation.yes) return;
  if (!context.terminal.interactive)
    throw new FarthingError('FAR-CLI-002', 'this changes things and there is no terminal to ask', {
      hint: 'Look at `farthing plan`, then give --yes.',
    });
  const answer = await context.terminal.ask(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer)) throw new FarthingError('FAR-CLI-004', 'not confirmed; nothing was changed');
}

/** Asks for a name to be typed, for what cannot be undone; `given` is what a flag said. */
export async function confirmName(name: string, given: string | undefined, flag: string, context: CommandContext): Promise<void> {
  if (given === undefined && !context.terminal.interactive)
    throw new FarthingError('FAR-CLI-002', 'this destroys things and there is no terminal to ask', { hint: `Give ${flag} ${name}.` });
  const typed = given ?? (await context.terminal.ask(`Type the name of the cluster (${name}) to go on: `));
  if (typed !== name)
    throw new FarthingError('FAR-CLI-004', `not confirmed: ${JSON.stringify(typed)} is not ${JSON.stringify(name)}; nothing was changed`);
}
