import { FarthingError } from '../../common/index.ts';
import type { CommandRun } from '../command.ts';
import { podsOf, requireApp } from '../pods.ts';
import { withSession } from '../session.ts';

/** `farthing forward <app> <service> [LOCAL:REMOTE]`: a port of this computer, through ssh to the server, to the service. */
export const run: CommandRun = (invocation, context) =>
  withSession(invocation, context, async (session) => {
    const [app = '', service = '', ports] = invocation.args;
    requireApp(session.spec, app);
    const cluster = await session.cluster();
    const live = await cluster.get({ apiVersion: 'v1', kind: 'Service', namespace: app, name: service });
    if (!live)
      throw new FarthingError('FAR-KUBE-004', `${app} has no service ${service}`, { hint: 'The names are those of the compose file.' });
    const { local, remote } = parsePorts(ports, live.spec?.ports?.[0]?.port as number | undefined);
    // A headless service has no address of its own: go to its pod.
    const ip = live.spec?.clusterIP === 'None' ? (await podsOf(cluster, app, service))[0]?.status?.podIP : live.spec?.clusterIP;
    const shell = await session.shells.open(session.server.name);
    const forward = await shell.forward(String(ip), remote, { localPort: local });
    const address = { app, service, address: `${forward.host}:${forward.port}`, remote };
    if (invocation.json) context.terminal.out(`${JSON.stringify(address)}\n`);
    else context.terminal.note(`${app}/${service}:${remote} is at ${address.address} until you press Ctrl-C.\n`);
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      context.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await forward.close();
    return 0;
  });

function parsePorts(text: string | undefined, first: number | undefined): { local: number; remote: number } {
  if (text === undefined) {
    if (first === undefined)
      throw new FarthingError('FAR-CLI-001', 'this service names no port', { hint: 'Give one as LOCAL:REMOTE, e.g. 3307:3306.' });
    // Ports below 1024 need root here; 8000 more is easy to remember (80 is at 8080 by custom).
    return { local: first === 80 ? 8080 : first < 1024 ? first + 8000 : first, remote: first };
  }
  const match = /^(?:(\d{1,5}):)?(\d{1,5})$/.exec(text);
  const remote = Number(match?.[2]);
  const local = Number(match?.[1] ?? match?.[2]);
  if (!match || remote < 1 || remote > 65535 || local > 65535)
    throw new FarthingError('FAR-CLI-001', `not a pair of ports: ${text}`, { hint: 'Write LOCAL:REMOTE, e.g. 8080:80.' });
  return { local, remote };
}
