import { renderedApps } from '../../plan/index.ts';
import { toYaml } from '../../workloads/index.ts';
import type { CommandRun } from '../command.ts';
import { gatherPlan } from '../gather-plan.ts';
import { DiagnosticsError } from '../report.ts';

/** `farthing render [app]`: the objects as YAML on standard output; what became of each key on standard error. */
export const run: CommandRun = async (invocation, context) => {
  const gathered = await gatherPlan(invocation, context, {
    offline: invocation.options.offline === true,
    newId: 'new',
    only: invocation.args[0],
  });
  try {
    if (gathered.plan.refusals.length > 0) throw new DiagnosticsError(gathered.plan.refusals, gathered.sources);
    const apps = renderedApps(gathered.input);
    if (invocation.json) {
      context.terminal.out(`${JSON.stringify(apps)}\n`);
      return 0;
    }
    context.terminal.out(
      apps.map((app) => toYaml(app.objects, { secrets: invocation.options.secrets === true ? 'revealed' : 'sealed' })).join('---\n'),
    );
    for (const app of apps)
      for (const line of app.report) if (line.state !== 'mapped') context.terminal.note(`${app.app}: ${line.key}: ${line.text}\n`);
    return 0;
  } finally {
    await gathered.close();
  }
};
