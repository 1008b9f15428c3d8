import type { CommandRun } from '../command.ts';
import { gatherPlan } from '../gather-plan.ts';
import { renderPlan } from '../render-plan.ts';
import { DiagnosticsError } from '../report.ts';

/** `farthing plan [app]`: looks, and shows what `up` would do. Changes nothing. */
export const run: CommandRun = async (invocation, context) => {
  const gathered = await gatherPlan(invocation, context, {
    offline: invocation.options.offline === true,
    newId: 'new',
    only: invocation.args[0],
  });
  try {
    const { plan } = gathered;
    if (invocation.json) context.terminal.out(`${JSON.stringify(plan)}\n`);
    else context.terminal.out(renderPlan(plan, invocation));
    if (plan.refusals.length > 0) {
      if (invocation.json) return Math.max(...plan.refusals.map((refusal) => gathered.exitOf(refusal)));
      throw new DiagnosticsError(plan.refusals, gathered.sources);
    }
    if (!invocation.json && plan.operations.length > 0)
      context.terminal.note(
        invocation.options.offline === true ? 'Nothing was looked at: without --offline the plan is exact.\n' : 'To do it: farthing up\n',
      );
    return 0;
  } finally {
    await gathered.close();
  }
};
