import type { Processes } from '../common/index.ts';

/**
 * The keys the user's own known_hosts files hold for an ssh target (an alias, `user@host`,
 * `user@host:port`), as `ssh-ed25519 AAAA…`; [] when there are none. Asks only local files.
 */
export async function knownHostKeys(processes: Processes, target: string): Promise<string[]> {
  const [, host = target, port] = /^(.*?)(?::(\d+))?$/.exec(target) ?? [];
  const config = await processes.run(['ssh', '-G', ...(port === undefined ? [] : ['-p', port]), host], { timeout: 5000 });
  if (config.code !== 0) return [];
  const settings = new Map(config.stdout.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
  const name = settings.get('hostkeyalias') || settings.get('hostname') || host;
  const lookup = settings.get('port') === '22' || settings.get('hostkeyalias') ? name : `[${name}]:${settings.get('port')}`;
  const files = `${settings.get('userknownhostsfile') ?? ''} ${settings.get('globalknownhostsfile') ?? ''}`.split(/\s+/).filter(Boolean);
  const keys = new Set<string>();
  for (const file of files) {
    const found = await processes.run(['ssh-keygen', '-F', lookup, '-f', file], { timeout: 5000 });
    for (const line of found.stdout.split('\n')) {
      const match = /^[^#@]\S* ((?:ssh|ecdsa|sk)-\S+ \S+)/.exec(line);
      if (match) keys.add(match[1] as string);
    }
  }
  // The strongest alone when it is there: one key is easier to compare than three.
  const best = [...keys].filter((key) => key.startsWith('ssh-ed25519 '));
  return best.length > 0 ? best : [...keys];
}
