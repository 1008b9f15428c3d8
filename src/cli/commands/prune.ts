import { FarthingError } from '../../common/index.ts';
import { planPrune } from '../../plan/index.ts';
import type { CommandRun } from '../command.ts';
import { confirm } from '../confirm.ts';
import { execute } from '../execute.ts';
import { gatherPlan } from '../gather-plan.ts';
import { renderPlan } from '../render-plan.ts';
import { volumeSizes } from '../volume-sizes.ts';

/** `farthing prune [volumes…]`: without names it lists the kept volumes, with names it deletes those. */
export const run: CommandRun = async (invocation, context) => {
  const gathered = await gatherPlan(invocation, context, { offline: false, newId: 'new' });
  try {
    const { world } = gathered.input;
    const sizes = world ? await volumeSizes(await gathered.session(), world) : {};
    const plan = planPrune(gathered.input, invocation.args, sizes);
    const names = plan.kept.map((volume) => `${volume.namespace}/${volume.name}`);
    const foreign = invocation.args.filter((name) => !names.includes(name));
    if (foreign.length > 0) {
      throw new FarthingError('FAR-KUBE-004', `not among the kept volumes: ${foreign.join(', ')}`, {
        hint: names.length > 0 ? `Kept: ${names.join(', ')}.` : 'No volume is kept; those in use are never pruned.',
      });
    }
    if (invocation.json && plan.operations.length === 0) context.terminal.out(`${JSON.stringify({ plan, done: [] })}\n`);
    else if (names.length === 0) context.terminal.note('No volume is kept: each is used by something in the file.\n');
    else context.terminal.note(renderPlan(plan, invocation));
    if (plan.operations.length === 0) {
      if (names.length > 0) context.terminal.note(`To delete one: farthing prune ${names[0]}\n`);
      return 0;
    }
    await confirm('Delete these volumes for good?', invocation, context);
    const outcome = await execute(plan, await gathered.session(), invocation, context);
    if (invocation.json) context.terminal.out(`${JSON.stringify({ plan, done: outcome.done })}\n`);
    return 0;
  } finally {
    await gathered.close();
  }
};
