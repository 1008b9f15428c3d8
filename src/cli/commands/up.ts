import { randomUUID } from 'node:crypto';
import { FarthingError } from '../../common/index.ts';
import type { CommandRun } from '../command.ts';
import { confirm } from '../confirm.ts';
import { execute } from '../execute.ts';
import { gatherPlan } from '../gather-plan.ts';
import { renderPlan } from '../render-plan.ts';
import { DiagnosticsError } from '../report.ts';

/** `farthing up [app]`: shows the plan, asks, does it, and says what exists now. */
export const run: CommandRun = async (invocation, context) => {
  const gathered = await gatherPlan(invocation, context, { offline: false, newId: randomUUID(), only: invocation.args[0] });
  try {
    const { plan } = gathered;
    if (plan.refusals.length > 0) throw new DiagnosticsError(plan.refusals, gathered.sources);
    const open = plan.unknowns.filter((unknown) => unknown.matters);
    if (plan.operations.length === 0 && open.length === 0) {
      if (invocation.json) context.terminal.out(`${JSON.stringify({ plan, done: [] })}\n`);
      else context.terminal.note(renderPlan({ ...plan, machines: [], placements: [], findings: [], cost: { total: [], lines: [] } }));
      return 0;
    }
    context.terminal.note(renderPlan(plan, invocation));
    if (open.length > 0) {
      throw new FarthingError(
        'FAR-PLAN-003',
        `cannot act while this is unknown: ${open.map((unknown) => `${unknown.what} (${unknown.reason})`).join('; ')}`,
        {
          hint: 'Make it reachable, or take it out of the file, and run `farthing up` again.',
        },
      );
    }
    await confirm('Do this?', invocation, context);
    const session = await gathered.session();
    const outcome = await execute(plan, session, invocation, context);
    if (invocation.json) context.terminal.out(`${JSON.stringify({ plan, done: outcome.done })}\n`);
    else context.terminal.note(`${plan.cluster} is up. Next: farthing status\n`);
    return 0;
  } finally {
    await gathered.close();
  }
};
