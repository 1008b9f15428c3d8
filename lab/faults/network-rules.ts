/** Traffic that does not arrive: of a host with all others, or only with one, or only to one tcp port. */
export interface NetworkFault {
  /** `cut` loses packets silently, `reject` answers "host prohibited" as a firewall in between would. */
  readonly kind: 'cut' | 'reject';
  /** Address of the host that it happens to. */
  readonly address: string;
  /** The other end; all others when absent. */
  readonly peer?: string;
  /** Only connections to this tcp port of the host. */
  readonly port?: number;
}

/** A host's port on the bridge. */
export interface BridgePort {
  readonly address: string;
  readonly device: string;
}

/**
 * nftables rules, for the lab's namespace, that make the faults happen; loading them replaces those before.
 * Losing is done on the bridge, for all at once; answering is only possible where a sender's packets come in.
 */
export function renderNetworkRules(faults: readonly NetworkFault[], devices: readonly BridgePort[]): string {
  const cuts = faults.filter(({ kind }) => kind === 'cut').flatMap((fault) => matches(fault).map((match) => `    ${match} drop`));
  const rejects = faults
    .filter(({ kind }) => kind === 'reject')
    .flatMap((fault) => matches(fault).map((match) => `    ${match} reject with icmp type host-prohibited`));
  return [
    ...['table bridge lab {}', 'delete table bridge lab', 'table netdev lab {}', 'delete table netdev lab'],
    ...(cuts.length > 0 ? bridgeTable(cuts) : []),
    ...(rejects.length > 0 ? netdevTable(rejects, devices) : []),
    '',
  ].join('\n');
}

/** Both directions, or, for a port, only towards it: the answers to packets that never came need no rule. */
function matches({ address, peer, port }: NetworkFault): readonly string[] {
  const toward = `${peer ? `ip saddr ${peer} ` : ''}ip daddr ${address}`;
  if (port !== undefined) {
    return [`${toward} tcp dport ${port}`];
  }
  return [toward, `${peer ? `ip daddr ${peer} ` : ''}ip saddr ${address}`];
}

function bridgeTable(rules: readonly string[]): readonly string[] {
  // Hosts' packets pass prerouting; those of the laptop, which is the bridge itself, pass output.
  const chain = (hook: string) => [`  chain ${hook} {`, `    type filter hook ${hook} priority 0;`, ...rules, '  }'];
  return ['table bridge lab {', ...chain('prerouting'), ...chain('output'), '}'];
}

function netdevTable(rules: readonly string[], devices: readonly BridgePort[]): readonly string[] {
  const chains = devices.flatMap(({ device }, at) => [
    `  chain port${at} {`,
    `    type filter hook ingress device "${device}" priority 0;`,
    ...rules,
    '  }',
  ]);
  return ['table netdev lab {', ...chains, '}'];
}
