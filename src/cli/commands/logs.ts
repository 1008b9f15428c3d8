import type { CommandRun } from '../command.ts';
import { mainContainer, podsOf, requireApp } from '../pods.ts';
import { withSession } from '../session.ts';

/** `farthing logs <app> [service]`: on standard output, each line with its service when there are several. */
export const run: CommandRun = (invocation, context) =>
  withSession(invocation, context, async (session) => {
    const [app = '', service] = invocation.args;
    requireApp(session.spec, app);
    const cluster = await session.cluster();
    const pods = await podsOf(cluster, app, service);
    const tail = invocation.options.tail as number | undefined;
    const one = async (name: string, container: string, prefix: string) => {
      let rest = '';
      const onText = (text: string) => {
        if (prefix === '') return context.terminal.out(text);
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) context.terminal.out(`${prefix}${line}\n`);
      };
      await cluster.logs(app, name, {
        container,
        follow: invocation.options.follow === true,
        onText,
        signal: context.signal,
        ...(tail === undefined ? {} : { tail }),
      });
      if (rest !== '') context.terminal.out(`${prefix}${rest}\n`);
    };
    await Promise.all(pods.map((pod) => one(pod.metadata.name, mainContainer(pod), pods.length > 1 ? `${mainContainer(pod)} | ` : '')));
    return 0;
  });
