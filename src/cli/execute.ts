import { applyPlan, type Outcome } from '../apply/index.ts';
import { FarthingError, formatDuration } from '../common/index.ts';
import type { Plan } from '../plan/index.ts';
import type { CommandContext, Invocation } from './command.ts';
import { showProgress } from './progress.ts';
import type { Session } from './session.ts';

/**
 * Carries out a plan with progress on standard error. Throws the first failure, with the way to go
 * on; an interruption is FAR-CLI-003.
 */
export async function execute(plan: Plan, session: Session, invocation: Invocation, context: CommandContext): Promise<Outcome> {
  const began = context.clock.now();
  const progress = showProgress(context.terminal, context.clock, context.redactor.redact);
  const audit = session.audit(plan.command);
  const lease = await session.lease(plan, invocation.options.takeOver === true);
  try {
    const outcome = await applyPlan(plan.operations, {
      handlers: session.handlers(),
      clock: context.clock,
      signal: AbortSignal.any([context.signal, lease.lost]),
      onEvent: (event) => {
        progress.onEvent(event);
        audit.write(event);
      },
    });
    // Also when something else went wrong: from now on there is a datastore that needs it.
    if (outcome.done.some((id) => id.startsWith('k3s.server:'))) {
      const path = await session.escrowToken();
      context.terminal.note(
        `The server token is kept in ${path}. Keep a copy elsewhere: no backup of the cluster can be restored without it.\n`,
      );
    }
    const [failure] = outcome.failed;
    if (lease.lost.aborted) {
      throw new FarthingError('FAR-APPLY-002', 'somebody else took the cluster over, so this run stopped', {
        hint: '`farthing status` shows who is at work; run the command again when they are done.',
      });
    }
    if (outcome.state === 'interrupted') {
      throw new FarthingError('FAR-CLI-003', `interrupted after ${outcome.done.length} of ${plan.operations.length} operations`, {
        hint: `\`farthing ${plan.command}\` carries on from here.`,
      });
    }
    if (failure) {
      const others = outcome.failed.length > 1 ? ` (and ${outcome.failed.length - 1} more)` : '';
      throw new FarthingError(failure.error.code, `${failure.operation.title}: ${failure.error.message}${others}`, {
        hint: `${failure.error.hint ? `${failure.error.hint} ` : ''}\`farthing ${plan.command}\` carries on from here.`,
        cause: failure.error,
      });
    }
    context.terminal.note(`Done in ${formatDuration(context.clock.now() - began)}.\n`);
    return outcome;
  } finally {
    progress.stop();
    await lease.release();
    audit.close();
  }
}
