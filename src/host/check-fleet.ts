import { formatDuration } from '../common/index.ts';
import type { Finding } from '../operation/index.ts';
import type { SeenMachine } from './preflight.ts';

/** Certificates made on the server are not valid yet on a host whose clock is further behind. */
const mostSkew = 5_000;
/** A laptop's own clock may be this wrong before it is worth a word. */
const mostOwnSkew = 60_000;

/** What can only be seen by comparing the hosts: clocks, and two entries that are one machine. */
export function checkFleet(seen: readonly SeenMachine[]): Finding[] {
  return [
    ...clocks(seen),
    ...twins(seen, 'address', (one) => one.machine.address ?? one.facts.address, 'refuse', 'Each machine is named once.'),
    ...twins(
      seen,
      'machine-id',
      (one) => one.facts.machineId,
      'refuse',
      'Were they made from one disk image? On one of them: sudo rm /etc/machine-id && sudo systemd-machine-id-setup && sudo reboot',
    ),
    ...twins(
      seen,
      'hostname',
      (one) => one.facts.hostname,
      'note',
      "The node's names come from the file, so it does no harm to the cluster.",
    ),
  ];
}

function clocks(seen: readonly SeenMachine[]): Finding[] {
  const skews = seen.map((one) => one.facts.clockSkew).sort((a, b) => a - b);
  // Between two in the middle this computer's own clock decides.
  const [low = 0, high = 0] = [skews[Math.floor((skews.length - 1) / 2)], skews[Math.floor(skews.length / 2)]];
  const middle = Math.abs(low) <= Math.abs(high) ? low : high;
  const off = seen.filter((one) => Math.abs(one.facts.clockSkew - middle) > mostSkew);
  const findings = off.map(({ machine, facts }): Finding => {
    const difference = facts.clockSkew - middle;
    return {
      severity: 'refuse',
      id: 'clock-skew',
      machine: machine.name,
      message: `its clock is ${formatDuration(Math.abs(difference))} ${difference > 0 ? 'ahead of' : 'behind'} the others`,
      hint: `On ${machine.name}: sudo timedatectl set-ntp true (and see timedatectl timesync-status)`,
    };
  });
  if (Math.abs(middle) <= mostOwnSkew) return findings;
  return [
    ...findings,
    {
      severity: 'note',
      id: 'own-clock',
      message: `this computer's clock differs from the machines' by ${formatDuration(Math.abs(middle))}`,
    },
  ];
}

function twins(
  seen: readonly SeenMachine[],
  what: string,
  key: (one: SeenMachine) => string,
  severity: Finding['severity'],
  hint: string,
): Finding[] {
  const groups = new Map<string, string[]>();
  for (const one of seen) {
    const value = key(one);
    if (value !== '') groups.set(value, [...(groups.get(value) ?? []), one.machine.name]);
  }
  return [...groups].flatMap(([value, names]): Finding[] =>
    names.length < 2
      ? []
      : [
          {
            severity,
            id: `same-${what}`,
            machine: names.at(-1) as string,
            message: `${names.join(' and ')} have the same ${what} (${value})`,
            hint,
          },
        ],
  );
}
