import { chooseBackup, listBackups, parseRecords, recordsRef, restoreOperation } from '../../backup/index.ts';
import { FarthingError } from '../../common/index.ts';
import { appParts, backupInput, planOf } from '../backup-input.ts';
import type { CommandRun } from '../command.ts';
import { confirm } from '../confirm.ts';
import { execute } from '../execute.ts';
import { requireApp } from '../pods.ts';
import { renderPlan } from '../render-plan.ts';
import { withSession } from '../session.ts';

/** `farthing restore <app>`: asks the repository, shows what will be overwritten, asks, does it and prints the proof. */
export const run: CommandRun = (invocation, context) =>
  withSession(invocation, context, async (session) => {
    const [app = ''] = invocation.args;
    requireApp(session.spec, app);
    const at = invocation.options.at as string | undefined;
    const input = (await backupInput(session, context))(app);
    const cluster = await session.cluster();
    const lease = await session.lease(planOf(session, `restore ${app}`, []), invocation.options.takeOver === true);
    const backups = await listBackups(cluster, context.clock, input, {
      signal: AbortSignal.any([context.signal, lease.lost]),
      progress: () => {},
    }).finally(() => lease.release());
    const backup = chooseBackup(backups, at);
    if (!backup) {
      const known = backups.slice(0, 5).map((item) => item.id);
      throw new FarthingError('FAR-BACKUP-005', `the repository has no whole backup of ${app}${at === undefined ? '' : ` at ${at}`}`, {
        hint: known.length > 0 ? `The newest: ${known.join(', ')}.` : `Make one with \`farthing backup ${app}\`.`,
      });
    }
    const plan = planOf(session, `restore ${app} --at ${backup.id}`, [restoreOperation(input, await appParts(cluster, app), backup)]);
    context.terminal.note(renderPlan(plan, invocation));
    await confirm('Overwrite it?', invocation, context);
    await execute(plan, session, invocation, context);
    const proof = parseRecords(await cluster.get(recordsRef))[app]?.restored;
    if (invocation.json) context.terminal.out(`${JSON.stringify({ backup, proof })}\n`);
    else {
      for (const part of proof?.parts ?? []) {
        const what = part.rows > 0 ? `${part.compared} tables with ${part.rows} rows` : `${part.compared} files`;
        const rest = part.notCompared > 0 ? `; ${part.notCompared} that changed during the backup were not compared` : '';
        context.terminal.note(`${app}/${part.name}: ${what} are equal to the manifest of ${backup.id}${rest}.\n`);
      }
    }
    return 0;
  });
