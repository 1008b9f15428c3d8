import { type Diagnostic, formatBytes, parseBytes } from '../../common/index.ts';
import type { Check, CheckInput } from '../check.ts';
import { asMap } from '../plain.ts';
import { problem } from '../problem.ts';

/** K3s' documented minimum for a server; docs.k3s.io "Requirements". */
const serverMinimum = 2_000_000_000;

/** That exactly one machine is the server, and what is said when it is none, two, or three and more. */
export const checkRoles: Check = (input) => {
  const machines = Object.entries(asMap(input.data.machines)).map(([name, machine]) => ({ name, machine: asMap(machine) }));
  if (machines.length === 0) return input.source.has(['machines']) ? [noMachine(input)] : [];
  const roles = machines.map(({ machine }) => machine.role);
  // A role that is misspelt is its own problem; what follows from it would be noise.
  if (roles.some((role) => role !== undefined && role !== 'server' && role !== 'agent')) return [];
  const servers = machines.filter(({ machine }) => machine.role === 'server');
  if (servers.length === 1) return [];
  if (servers.length > 1)
    return tooMany(
      input,
      servers.map(({ name }) => name),
    );
  const [only] = machines;
  if (machines.length === 1 && only?.machine.role === undefined) return [];
  if (machines.length === 1 && only) {
    const hint = 'remove the line: the only machine is the server';
    return [problem('FAR-SPEC-005', input.source.at(['machines', only.name, 'role']), 'no machine is the server', hint)];
  }
  const best = biggest(machines);
  const hint = `add \`role: server\` to the one with the most memory${best ? `: \`${best.name}\` (${formatBytes(best.memory)})` : ''}`;
  return [problem('FAR-SPEC-005', input.source.keyAt(['machines']), 'no machine is the server', hint)];
};

function noMachine(input: CheckInput): Diagnostic {
  return problem('FAR-SPEC-005', input.source.keyAt(['machines']), 'there are no machines', 'add one: `big: { ssh: user@host }`');
}

function tooMany(input: CheckInput, names: readonly string[]): Diagnostic[] {
  const [first = '', ...others] = names;
  const at = input.source.at(['machines', others[0] ?? '', 'role']);
  const hint = `keep \`role: server\` at \`${first}\` and make ${others.map((name) => `\`${name}\``).join(' and ')} an \`agent\``;
  if (names.length === 2) {
    return [
      problem('FAR-SPEC-009', at, `\`${first}\` and \`${others[0]}\` are both the server, and two servers cannot outvote each other`, hint),
    ];
  }
  return [problem('FAR-SPEC-006', at, `${names.length} servers that take over from each other are not built yet`, hint)];
}

function biggest(machines: readonly { readonly name: string; readonly machine: Readonly<Record<string, unknown>> }[]) {
  const sized = machines.flatMap(({ name, machine }) => {
    const memory = typeof machine.memory === 'string' ? parseBytes(machine.memory) : undefined;
    return memory !== undefined && memory >= serverMinimum ? [{ name, memory }] : [];
  });
  return sized.sort((a, b) => b.memory - a.memory)[0];
}
