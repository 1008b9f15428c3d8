import { FarthingError } from '../common/index.ts';

/** Who was called, for the texts. */
export interface Callee {
  readonly machine: string;
  readonly target: string;
}

type Explain = (callee: Callee, match: RegExpExecArray) => FarthingError;

const unreachable =
  (what: string, hint: string): Explain =>
  ({ machine, target }) =>
    new FarthingError('FAR-SSH-001', `${machine} (${target}) cannot be reached: ${what}`, { hint });

/** ssh's own words (OpenSSH 7 to 10), first match wins. */
const table: readonly (readonly [RegExp, Explain])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|differs from the key for the IP address/,
    ({ machine, target }) =>
      new FarthingError('FAR-SSH-003', `the host key of ${machine} (${target}) is not the one that was pinned`, {
        hint: `Somebody may be in between. If the machine was reinstalled, put its new key in the file (machines.${machine}.hostKeys).`,
      }),
  ],
  [
    /No (\S+) host key is known for|Host key verification failed/,
    ({ machine, target }) => new FarthingError('FAR-SSH-002', `the host key of ${machine} (${target}) is unknown`),
  ],
  [
    /Permission denied|Too many authentication failures|no mutual signature|No supported authentication methods/i,
    ({ machine, target }) =>
      new FarthingError('FAR-SSH-004', `${machine} (${target}) did not let us in`, {
        hint: `Try "ssh ${target}" by hand: the user name, the key or the agent (ssh-add -l) is not the right one.`,
      }),
  ],
  [
    /Connection refused/,
    unreachable('the connection was refused', 'The machine is there but no sshd listens on that port: is the port right, is sshd running?'),
  ],
  [
    /No route to host|Network is unreachable/,
    unreachable(
      'no route to host',
      "Either it is off or in a network you are not in, or its own firewall refuses the port (a rejecting host firewall looks like this; a cloud's looks like a timeout).",
    ),
  ],
  [
    /timed out|Timeout, server/,
    unreachable(
      'no answer in time',
      'It is off, the address is wrong, or a firewall in front of it (security list, router) drops the packets.',
    ),
  ],
  [
    /Could not resolve hostname|Name or service not known/,
    unreachable('the name cannot be resolved', 'Look for a typing mistake in the target, or an alias missing in ~/.ssh/config.'),
  ],
  [
    /no matching (\S+ ?\S*) (?:method )?found|Unable to negotiate/,
    unreachable('ssh and its sshd have no algorithm in common', "One of the two is very old: see the host's sshd version."),
  ],
  [
    /Connection (?:to \S+ )?closed|Connection reset|Broken pipe|kex_exchange_identification|read from master failed|disconnect/,
    unreachable('the connection broke', 'Run the command again: what was done stays done.'),
  ],
];

/** The error behind ssh's exit code 255; undefined when none of ssh's words are in it (then the remote command gave 255). */
export function explainFailure(callee: Callee, stderr: string): FarthingError | undefined {
  for (const [pattern, explain] of table) {
    const match = pattern.exec(stderr);
    if (match) return explain(callee, match);
  }
  if (stderr.trim() === '')
    return unreachable('the connection broke', 'Run the command again: what was done stays done.')(callee, [''] as never);
  return undefined;
}

/** The error when sudo would have asked; undefined when it is something else. */
export function explainSudo(callee: Callee, stderr: string): FarthingError | undefined {
  if (
    !/^sudo: .*(password is required|terminal is required|not in the sudoers|not allowed)|sudo: (command )?not found|is not in the sudoers file/m.test(
      stderr,
    )
  )
    return undefined;
  const user = callee.target.includes('@') ? callee.target.slice(0, callee.target.indexOf('@')) : 'the user';
  return new FarthingError('FAR-SSH-005', `${user} on ${callee.machine} cannot become root without a password`, {
    hint: `On ${callee.machine}: echo '${user} ALL=(ALL) NOPASSWD:ALL' | sudo tee /etc/sudoers.d/farthing — or name root in the target.`,
  });
}
