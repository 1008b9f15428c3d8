import { planDown } from '../../plan/index.ts';
import type { CommandRun } from '../command.ts';
import { confirmName } from '../confirm.ts';
import { execute } from '../execute.ts';
import { renderPlan } from '../render-plan.ts';
import { DiagnosticsError } from '../report.ts';
import { withSession } from '../session.ts';

/** `farthing down`: lists what goes, asks for the cluster's name, and leaves the hosts as they were. */
export const run: CommandRun = (invocation, context) =>
  withSession(invocation, context, async (session) => {
    const plan = planDown({ spec: session.spec, world: await session.observe() });
    if (plan.refusals.length > 0) throw new DiagnosticsError(plan.refusals, session.workspace.sources);
    context.terminal.note(renderPlan(plan, invocation));
    if (plan.operations.length > 0) {
      await confirmName(session.spec.name, invocation.options.confirm as string | undefined, '--confirm', context);
      await execute(plan, session, invocation, context);
    }
    if (invocation.json) context.terminal.out(`${JSON.stringify({ plan, done: plan.operations.map((operation) => operation.id) })}\n`);
    else context.terminal.note(`${session.spec.name} is gone; the hosts are as they were (docs/delete.md says what may remain).\n`);
    return 0;
  });
