import { FarthingError } from '../../common/index.ts';
import { planPrune } from '../../plan/index.ts';
import type { CommandRun } from '../command.ts';
import { confirm } from '../confirm.ts';
import { execute } from '../execute.ts';
import { renderPlan } from '../render-plan.ts';
import { withSession } from '../session.ts';

/** `farthing prune [volumes…]`: without names it lists the kept volumes, with names it deletes those. */
export const run: CommandRun = (invocation, context) =>
  withSession(invocation, context, async (session) => {
    const plan = planPrune({ spec: session.spec, projects: session.workspace.projects, world: await session.observe() }, invocation.args);
    const names = plan.kept.map((volume) => `${volume.namespace}/${volume.name}`);
    const foreign = invocation.args.filter((name) => !names.includes(name));
    if (foreign.length > 0) {
      throw new FarthingError('FAR-KUBE-004', `not among the kept volumes: ${foreign.join(', ')}`, {
        hint: names.length > 0 ? `Kept: ${names.join(', ')}.` : 'No volume is kept; those in use are never pruned.',
      });
    }
    if (invocation.json && plan.operations.length === 0) context.terminal.out(`${JSON.stringify({ plan, done: [] })}\n`);
    else context.terminal.note(renderPlan({ ...plan, machines: [], placements: [] }, invocation));
    if (plan.operations.length === 0) {
      if (names.length > 0) context.terminal.note(`To delete one: farthing prune ${names[0]}\n`);
      return 0;
    }
    await confirm('Delete these volumes for good?', invocation, context);
    const outcome = await execute(plan, session, invocation, context);
    if (invocation.json) context.terminal.out(`${JSON.stringify({ plan, done: outcome.done })}\n`);
    return 0;
  });
