import { FarthingError, until } from '../../common/index.ts';
import type { CommandRun } from '../command.ts';
import { requireApp } from '../pods.ts';
import { withSession } from '../session.ts';

/** `farthing restart <app> [service]`: as `kubectl rollout restart` does it, then waits until the new pods are ready. */
export const run: CommandRun = (invocation, context) =>
  withSession(invocation, context, async (session) => {
    const [app = '', service] = invocation.args;
    requireApp(session.spec, app);
    const cluster = await session.cluster();
    const labels = service === undefined ? 'app.kubernetes.io/managed-by=farthing' : `app.kubernetes.io/name=${service}`;
    const deployments = await cluster.list('apps/v1', 'Deployment', { namespace: app, labels });
    if (deployments.length === 0)
      throw new FarthingError('FAR-KUBE-004', `${app} runs nothing${service === undefined ? '' : ` named ${service}`}`, {
        hint: 'See `farthing status`.',
      });
    const names = deployments.map((deployment) => deployment.metadata.name);
    const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date(context.clock.now()).toISOString() };
    for (const name of names) {
      context.terminal.note(`Restarting ${app}/${name}\n`);
      await cluster.patch(
        { apiVersion: 'apps/v1', kind: 'Deployment', namespace: app, name },
        { spec: { template: { metadata: { annotations } } } },
      );
    }
    const well = await until(
      async () => {
        const live = await Promise.all(
          names.map((name) => cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: app, name })),
        );
        return live.every(
          (d) =>
            d &&
            d.status?.observedGeneration === d.metadata.generation &&
            d.status?.updatedReplicas === d.spec?.replicas &&
            d.status?.availableReplicas === d.spec?.replicas &&
            d.status?.replicas === d.spec?.replicas,
        )
          ? true
          : undefined;
      },
      { clock: context.clock, deadline: 300_000, every: 500, most: 2000, signal: context.signal },
    );
    if (!well)
      throw new FarthingError('FAR-KUBE-003', `${app} is not well five minutes after the restart`, {
        hint: `See \`farthing status\` and \`farthing logs ${app}\`.`,
      });
    if (invocation.json) context.terminal.out(`${JSON.stringify({ restarted: names.map((name) => `${app}/${name}`) })}\n`);
    else context.terminal.note(`${names.map((name) => `${app}/${name}`).join(', ')} restarted and ready.\n`);
    return 0;
  });
