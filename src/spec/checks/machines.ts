import type { Diagnostic } from '../../common/index.ts';
import type { Check, CheckInput } from '../check.ts';
import { asMap } from '../plain.ts';
import { problem } from '../problem.ts';
import { isPrivateAddress, readAddress } from '../values/address.ts';
import { readSshTarget } from '../values/ssh-target.ts';

/** That no two machines are the same one, and that all are in one network as far as the file shows. */
export const checkMachines: Check = (input) => {
  const machines = Object.entries(asMap(input.data.machines)).map(([name, machine]) => ({ name, ...asMap(machine) }));
  return [
    ...twice(input, machines, 'ssh', (text) => {
      const target = readSshTarget(text);
      return 'value' in target ? `${target.value.target.toLowerCase()}:${target.value.port ?? ''}` : undefined;
    }),
    ...twice(input, machines, 'address', (text) => text),
    ...twice(input, machines, 'externalAddress', (text) => text),
    ...networks(input, machines),
  ];
};

type Named = { readonly name: string } & Readonly<Record<string, unknown>>;

function twice(input: CheckInput, machines: readonly Named[], key: string, sameAs: (text: string) => string | undefined): Diagnostic[] {
  const seen = new Map<string, string>();
  return machines.flatMap((machine) => {
    const written = machine[key];
    const same = typeof written === 'string' ? sameAs(written) : undefined;
    const before = same === undefined ? undefined : seen.get(same);
    if (same !== undefined && before === undefined) seen.set(same, machine.name);
    if (before === undefined) return [];
    const line = input.source.at(['machines', before, key]).line;
    const message = `\`${machine.name}\` has the same \`${key}\` as \`${before}\` (line ${line})`;
    return [
      problem(
        'FAR-SPEC-009',
        input.source.at(['machines', machine.name, key]),
        message,
        'each machine is listed once: correct one, or remove it',
      ),
    ];
  });
}

/** A private address here and a public one there cannot be one network. */
function networks(input: CheckInput, machines: readonly Named[]): Diagnostic[] {
  const given = machines.flatMap((machine) =>
    'value' in readAddress(machine.address) ? [{ name: machine.name, address: String(machine.address) }] : [],
  );
  const [first] = given;
  const other = given.find(({ address }) => isPrivateAddress(address) !== isPrivateAddress(first?.address ?? ''));
  if (!first || !other) return [];
  const message = `\`${first.name}\` (${first.address}) and \`${other.name}\` (${other.address}) are in different networks, which is not built yet`;
  return [
    problem(
      'FAR-SPEC-006',
      input.source.at(['machines', other.name, 'address']),
      message,
      'use machines that reach each other directly, and give public addresses as `externalAddress`',
    ),
  ];
}
