import { backupId, backupOperation, parseRecords, recordsRef, recordText } from '../../backup/index.ts';
import { appParts, backupInput, planOf } from '../backup-input.ts';
import type { CommandRun } from '../command.ts';
import { execute } from '../execute.ts';
import { requireApp } from '../pods.ts';
import { withSession } from '../session.ts';

/** `farthing backup [app]`: overwrites nothing, so it does not ask. One app after the other. */
export const run: CommandRun = (invocation, context) =>
  withSession(invocation, context, async (session) => {
    const [only] = invocation.args;
    if (only !== undefined) requireApp(session.spec, only);
    const input = await backupInput(session, context);
    const cluster = await session.cluster();
    const id = backupId(context.clock.now());
    const apps = session.spec.apps.map((app) => app.name).filter((name) => only === undefined || name === only);
    const parts = await Promise.all(apps.map(async (app) => ({ app, found: await appParts(cluster, app) })));
    const operations = parts.flatMap(({ app, found }) => backupOperation(input(app), found, id, []) ?? []);
    if (operations.length === 0) {
      if (invocation.json) context.terminal.out(`${JSON.stringify({ backups: [] })}\n`);
      else context.terminal.note('Nothing to back up: there is no volume and no database.\n');
      return 0;
    }
    await execute(planOf(session, ['backup', ...invocation.args].join(' '), operations), session, invocation, context);
    const records = parseRecords(await cluster.get(recordsRef));
    const backups = operations.flatMap(({ data }) => records[data.input.app]?.last ?? []);
    if (invocation.json) context.terminal.out(`${JSON.stringify({ backups })}\n`);
    for (const { app, parts: saved } of invocation.json ? [] : backups) {
      context.terminal.note(`${app}: backup ${id}: ${saved.map(recordText).join(', ')}\n`);
      for (const part of saved) {
        if (part.changing > 0)
          context.terminal.note(`  ${part.changing} files of ${part.name} changed while they were read: kept, but not of one moment.\n`);
        if (part.sqlite > 0)
          context.terminal.note(`  ${part.name} has SQLite files: copied as files, certain only while nothing writes.\n`);
      }
    }
    return 0;
  });
