import pc from 'picocolors';
import { formatBytes, formatDuration, table } from '../../common/index.ts';
import { type Status, statusOf } from '../../observe/index.ts';
import type { CommandRun } from '../command.ts';
import { withSession } from '../session.ts';

/** `farthing status`: what runs where and what is not well. Exit code 1 when something is not. */
export const run: CommandRun = (invocation, context) =>
  withSession(invocation, context, async (session) => {
    const status = statusOf(await session.observe());
    if (invocation.json) context.terminal.out(`${JSON.stringify(status)}\n`);
    else context.terminal.out(renderStatus(status, session.spec.name, session.spec.backup !== undefined));
    return status.problems.some((problem) => problem.severity === 'error') ? 1 : 0;
  });

/** A status as a person reads it. `backups`: whether the file says where they go. Ends in a newline. */
export function renderStatus(status: Status, name: string, backups = false): string {
  const { cluster } = status;
  const head =
    cluster.state === 'absent'
      ? `${name}: there is no cluster yet; make it with \`farthing up\``
      : cluster.state === 'unknown'
        ? `${name}: not known: ${cluster.reason}`
        : `${name} is up`;
  const at = cluster.lease ? `  ${cluster.lease.holder} is at work on it since ${cluster.lease.since}\n` : '';
  return [`${pc.bold(head)}\n${at}`, machines(status), ...status.apps.map((entry) => app(entry, backups)), problems(status)]
    .filter((part) => part !== '')
    .join('\n');
}

const indent = (text: string) => text.replace(/^(?=.)/gm, '  ');
const size = (bytes: number | undefined) => (bytes === undefined ? '' : formatBytes(bytes));

function machines(status: Status): string {
  const rows = status.machines.map((m) => [
    m.name,
    m.role,
    m.arch,
    m.state === 'ready' ? pc.green(m.state) : pc.red(m.state),
    m.version,
    size(m.memory),
    `${m.pods} pods`,
    m.diskFree === undefined ? '' : `${size(m.diskFree)} of disk free`,
  ]);
  return `${pc.bold('Machines')}\n${indent(table(rows))}`;
}

function app(entry: Status['apps'][number], backups: boolean): string {
  const services = entry.services.flatMap((service) =>
    service.pods.length === 0
      ? [[service.name, `${service.ready}/${service.wanted}`, '', service.words]]
      : service.pods.map((pod) => [
          service.name,
          `${service.ready}/${service.wanted}`,
          pod.node,
          `${pod.words}${pod.restarts > 0 ? `, started again ${pod.restarts} times` : ''}`,
        ]),
  );
  const volumes = entry.volumes.map((volume) => [
    `volume ${volume.name}`,
    '',
    volume.node,
    `${size(volume.size)} asked for${volume.mounted ? '' : ', nothing uses it'}`,
  ]);
  const backup = entry.backup
    ? `last backup ${entry.backup.id}, ${ageText(entry.backup.age)} ago\n`
    : backups && entry.volumes.length > 0
      ? 'no backup yet\n'
      : '';
  return `${pc.bold(entry.name)}\n${indent(`${table([...services, ...volumes])}${backup}`)}`;
}

/** Hours and days for what is that old. */
function ageText(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  return hours >= 48 ? `${Math.floor(hours / 24)} days` : hours >= 2 ? `${hours} hours` : formatDuration(ms);
}

function problems(status: Status): string {
  if (status.problems.length === 0) return status.cluster.state === 'present' ? 'All is well.\n' : '';
  const rows = status.problems.map((p) => [
    p.severity === 'error' ? pc.red('error') : pc.yellow('warning'),
    p.where,
    `${p.words}${p.hint ? ` (${p.hint})` : ''}`,
  ]);
  return `${pc.bold('Not well')}\n${indent(table(rows))}`;
}
