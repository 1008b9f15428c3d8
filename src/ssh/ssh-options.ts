/** What ssh is to trust and where it shares its connection. */
export interface Connection {
  readonly target: string;
  readonly port?: number;
  /** Socket of the shared connection; undefined where ssh cannot share (Windows). */
  readonly socket?: string;
  /**
   * `pinned`: only this file, under our alias. `user`: this file beside the user's own known_hosts
   * and whatever their ssh config names.
   */
  readonly trust:
    | { readonly kind: 'pinned'; readonly file: string; readonly alias: string }
    | { readonly kind: 'user'; readonly file: string };
}

/**
 * ssh's options before the target. The user's config, agent, keys and jump hosts stay in force; only
 * what farthing's safety rests on is fixed.
 */
export function sshOptions(connection: Connection, shared = true): string[] {
  const options = [
    'BatchMode=yes',
    'ConnectTimeout=10',
    'ServerAliveInterval=5',
    'ServerAliveCountMax=3',
    'LogLevel=ERROR',
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'ForwardAgent=no',
    'ForwardX11=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'RequestTTY=no',
    'RemoteCommand=none',
  ];
  if (connection.trust.kind === 'pinned') {
    options.push(
      `HostKeyAlias=${connection.trust.alias}`,
      `UserKnownHostsFile=${quoted(connection.trust.file)}`,
      'GlobalKnownHostsFile=/dev/null',
      'CheckHostIP=no',
    );
  } else {
    // As the *global* file, so that a UserKnownHostsFile of the user's config stays in force.
    options.push(`GlobalKnownHostsFile=${quoted(connection.trust.file)} /etc/ssh/ssh_known_hosts`);
  }
  if (shared && connection.socket !== undefined) {
    // `auto` makes the first command the connection itself: no handshake of its own.
    options.push('ControlMaster=auto', `ControlPath=${quoted(connection.socket)}`, 'ControlPersist=60');
  } else {
    options.push('ControlMaster=no', 'ControlPath=none');
  }
  return [...options.flatMap((option) => ['-o', option]), ...(connection.port === undefined ? [] : ['-p', String(connection.port)])];
}

function quoted(path: string): string {
  // ssh expands % in these options and splits at spaces outside quotes.
  return `"${path.replaceAll('%', '%%')}"`;
}
