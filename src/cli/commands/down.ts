import { FarthingError } from '../../common/index.ts';
import { planDown } from '../../plan/index.ts';
import type { CommandRun } from '../command.ts';
import { confirmName } from '../confirm.ts';
import { execute } from '../execute.ts';
import { renderPlan } from '../render-plan.ts';
import { DiagnosticsError } from '../report.ts';
import { withSession } from '../session.ts';
import { volumeFolders } from '../volume-sizes.ts';

/** `farthing down`: lists what goes, asks for the cluster's name, and leaves the hosts as they were. */
export const run: CommandRun = (invocation, context) =>
  withSession(invocation, context, async (session) => {
    const world = await session.observe();
    const plan = planDown({ spec: session.spec, world, folders: await volumeFolders(session, world) });
    if (plan.refusals.length > 0) throw new DiagnosticsError(plan.refusals, session.workspace.sources);
    context.terminal.note(renderPlan(plan, invocation));
    if (plan.operations.length > 0) {
      await confirmName(session.spec.name, invocation.options.confirm as string | undefined, '--confirm', context);
      await execute(plan, session, invocation, context);
    }
    const left = plan.unknowns.filter((unknown) => unknown.matters);
    if (left.length > 0) {
      throw new FarthingError(
        'FAR-PLAN-003',
        `not taken down: ${left.map((unknown) => `${unknown.what} (${unknown.reason})`).join('; ')}`,
        {
          hint: 'The others are as they were. Run `farthing down` again when these can be reached.',
        },
      );
    }
    if (invocation.json) context.terminal.out(`${JSON.stringify({ plan, done: plan.operations.map((operation) => operation.id) })}\n`);
    else if (plan.operations.length > 0)
      context.terminal.note(`${session.spec.name} is gone; the hosts are as they were (docs/delete.md says what may remain).\n`);
    return 0;
  });
