import pc from 'picocolors';
import { formatBytes, formatMoney, table } from '../common/index.ts';
import type { Plan } from '../plan/index.ts';

/** A plan as a person reads it: machines, placements, operations, cost, what is unknown. Ends in a newline. */
export function renderPlan(plan: Plan, options: { readonly verbose?: boolean } = {}): string {
  const parts = [
    machines(plan),
    placements(plan),
    findings(plan),
    operations(plan, options.verbose === true),
    kept(plan),
    cost(plan),
    unknowns(plan),
    summary(plan),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

const heading = (text: string) => `${pc.bold(text)}\n`;
const indent = (text: string) => text.replace(/^(?=.)/gm, '  ');
const cpu = (millicpu: number | undefined) => (millicpu === undefined ? '?' : `${millicpu / 1000} CPU`);
const bytes = (value: number | undefined) => (value === undefined ? '?' : formatBytes(value));

function machines(plan: Plan): string {
  if (plan.machines.length === 0) return '';
  const rows = plan.machines.map((m) => [
    m.name,
    m.role,
    m.arch,
    `${cpu(m.cpus)}, ${bytes(m.memory)}`,
    m.state,
    m.free === undefined ? '' : `${bytes(m.used)} asked for by workloads, ${bytes(Math.max(0, m.free))} left`,
  ]);
  return heading('Machines') + indent(table(rows));
}

function placements(plan: Plan): string {
  if (plan.placements.length === 0) return '';
  const rows = plan.placements.map((p) => {
    const where =
      p.decision.kind === 'impossible' ? pc.red('nowhere') : `${p.decision.expected ?? 'any node'}${p.decision.pinned ? ' (pinned)' : ''}`;
    return [`${p.app}/${p.service}`, where, bytes(p.memory), p.decision.why];
  });
  return heading('Where each workload goes') + indent(table(rows));
}

function findings(plan: Plan): string {
  const shown = plan.findings.filter((finding) => finding.severity !== 'refuse');
  if (shown.length === 0) return '';
  const rows = shown.map((f) => [f.machine ?? '', f.severity === 'mend' ? 'will be mended' : 'note', f.message]);
  return heading('Found on the hosts') + indent(table(rows));
}

function operations(plan: Plan, verbose: boolean): string {
  if (plan.operations.length === 0) return '';
  const lines = plan.operations.flatMap((operation, i) => {
    const gone = operation.destroys.map((d) => pc.red(`destroys ${d.what}${d.size === undefined ? '' : ` (${formatBytes(d.size)})`}`));
    const touched = verbose ? operation.touches.map((t) => pc.dim(`touches ${t}`)) : [];
    return [
      `${String(i + 1).padStart(3)}. ${operation.title}`,
      ...[pc.dim(operation.why), ...gone, ...touched].filter((l) => l !== '').map((l) => `     ${l}`),
    ];
  });
  return heading('What will be done') + indent(`${lines.join('\n')}\n`);
}

function kept(plan: Plan): string {
  if (plan.kept.length === 0) return '';
  const rows = plan.kept.map((v) => [
    `${v.namespace}/${v.name}`,
    `on ${v.node}`,
    v.size === undefined ? 'size unknown' : formatBytes(v.size),
  ]);
  return heading('Volumes kept, though nothing in the file uses them (`farthing prune` deletes them by name)') + indent(table(rows));
}

function cost(plan: Plan): string {
  if (plan.cost.lines.length === 0) return '';
  const total = plan.cost.total.map(formatMoney).join(' + ') || 'free';
  const rows = plan.cost.lines.map((line) => [line.what, formatMoney(line.money), line.note]);
  return heading(`Cost: ${total} a month`) + indent(table(rows));
}

function unknowns(plan: Plan): string {
  if (plan.unknowns.length === 0) return '';
  const rows = plan.unknowns.map((u) => [u.matters ? pc.yellow('matters') : 'does not matter', u.what, u.reason]);
  return heading('Not known') + indent(table(rows));
}

function summary(plan: Plan): string {
  if (plan.refusals.length > 0) return '';
  // Without a look at the world there is nothing to say about what is to be done.
  if (plan.machines.some((machine) => machine.state === 'not looked at')) return '';
  const count = plan.operations.length;
  // What was not seen cannot be called right.
  if (count === 0 && plan.unknowns.some((unknown) => unknown.matters)) return '';
  if (count === 0) {
    return plan.command === 'down'
      ? `Nothing to do: there is nothing of ${plan.cluster} on these machines.\n`
      : `Nothing to do: ${plan.cluster} is as the file says.\n`;
  }
  const destroys = plan.operations.filter((operation) => operation.destroys.length > 0).length;
  return `${count} ${count === 1 ? 'operation' : 'operations'}${destroys ? `, ${destroys} of them destroy something` : ', none destroys anything'}.\n`;
}
