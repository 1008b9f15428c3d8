/** One `[host."…"]` table. */
export interface HostEntry {
  readonly url: string;
  readonly values: Readonly<Record<string, string>>;
  readonly rewrite: Readonly<Record<string, string>>;
}

/** What a generated hosts.toml says; values are kept as written, without outer quotes. */
export interface HostsToml {
  readonly header: string;
  readonly server?: string;
  readonly hosts: readonly HostEntry[];
}

const unquote = (text: string): string => text.trim().replace(/^(['"])(.*)\1$/, '$2');

/** Reads the subset of TOML that such a file uses: top-level keys and two kinds of tables. */
export function parseHostsToml(text: string): HostsToml {
  const lines = text.split('\n');
  const hosts: { url: string; values: Record<string, string>; rewrite: Record<string, string> }[] = [];
  let server: string | undefined;
  let target: Record<string, string> | undefined;
  for (const raw of lines) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const table = /^\[host\.(?:"([^"]+)"|'([^']+)')(\.rewrite)?\]$/.exec(line);
    if (table !== null) {
      const url = table[1] ?? table[2] ?? '';
      let entry = hosts.find((host) => host.url === url);
      if (entry === undefined) {
        entry = { url, values: {}, rewrite: {} };
        hosts.push(entry);
      }
      target = table[3] === undefined ? entry.values : entry.rewrite;
      continue;
    }
    const pair = /^("[^"]*"|'[^']*'|[\w-]+)\s*=\s*(.+)$/.exec(line);
    if (pair === null) continue;
    const [, key = '', value = ''] = pair;
    if (target !== undefined) target[unquote(key)] = unquote(value);
    else if (key === 'server') server = unquote(value);
  }
  return { header: lines[0] ?? '', hosts, ...(server === undefined ? {} : { server }) };
}
