import { waitFor } from '../wait.ts';
import { confDir, dataDir, staging } from './bench.ts';
import type { Answer, Host } from './remote.ts';

/** How to call the install script. */
export interface InstallOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default 300: the script returns when the service says READY. */
  readonly seconds?: number;
}

/** Runs the staged install.sh; by default without a download. */
export function install(host: Host, options: InstallOptions = {}): Promise<Answer> {
  const env = { INSTALL_K3S_SKIP_DOWNLOAD: 'true', ...options.env };
  const words = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  return host.run('exec env "$@"', {
    args: [...words, 'sh', `${staging}/install.sh`, ...(options.args ?? [])],
    seconds: options.seconds ?? 300,
  });
}

/** Like `install`, but throws when it fails. */
export async function needInstall(host: Host, options: InstallOptions = {}): Promise<Answer> {
  const answer = await install(host, options);
  if (answer.code !== 0) throw new Error(`${host.target}: install.sh ended with ${answer.code}: ${answer.err}${answer.out}`);
  return answer;
}

/** Puts the staged binary where the installer expects it. */
export async function placeBinary(host: Host): Promise<void> {
  await host.need('install -D -m 755 "$1/k3s" /usr/local/bin/k3s', { args: [staging] });
}

/** Removes K3s with its own scripts and then what those leave: the next scene starts on a bare host. */
export async function wipe(host: Host): Promise<void> {
  await host.run(
    `for script in /usr/local/bin/k3s-agent-uninstall.sh /usr/local/bin/k3s-uninstall.sh; do
       [ -x "$script" ] && "$script"
     done
     awk -v at="$1/" 'index($2, at) == 1 { print $2 }' /proc/self/mounts | sort -r | while read -r point; do umount "$point"; done
     rm -rf "$1" "$2" /etc/rancher/node /usr/local/bin/k3s /usr/local/bin/k3s-killall.sh
     rm -f /etc/systemd/system/k3s.service* /etc/systemd/system/k3s-agent.service*
     systemctl daemon-reload`,
    { args: [dataDir, confDir], seconds: 180 },
  );
}

/** What the journal holds of a unit since the given time of `clock`. */
export function journal(host: Host, unit: string, since: string): Promise<string> {
  return host.need('journalctl -u "$1" --since "@$2" -o cat --no-pager', { args: [unit, since] });
}

/** The host's time in seconds, to read the journal from. */
export async function clock(host: Host): Promise<string> {
  return (await host.need('date +%s')).trim();
}

/** Waits until the unit's journal matches and gives the matching line. */
export function journalLine(host: Host, unit: string, since: string, pattern: RegExp, seconds = 90): Promise<string> {
  return waitFor(
    `a line like ${pattern} from ${unit} on ${host.target}`,
    async () => (await journal(host, unit, since)).split('\n').find((line) => pattern.test(line)),
    { seconds, everyMs: 1500 },
  );
}

/** A property of a unit, as systemd says it. */
export async function unitProperty(host: Host, unit: string, property: string): Promise<string> {
  return (await host.need('systemctl show -p "$2" --value "$1"', { args: [unit, property] })).trim();
}

/** Waits until `look` gives something. */
export function until<T>(what: string, seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  return waitFor(what, look, { seconds, everyMs: 1500 });
}

/** Calls kubectl on the server host with its own admin rights; stdout. Throws when kubectl fails. */
export function kubectl(host: Host, ...args: readonly string[]): Promise<string> {
  return host.need('exec /usr/local/bin/k3s kubectl "$@"', { args, seconds: 60 });
}

/** Feeds a manifest to `kubectl apply`. */
export function applyManifest(host: Host, manifest: string): Promise<string> {
  return host.need('printf %s "$1" | /usr/local/bin/k3s kubectl apply -f -', { args: [manifest], seconds: 60 });
}

/** An object or a list from the API, or undefined when it does not exist. */
export async function getJson<T>(host: Host, ...args: readonly string[]): Promise<T | undefined> {
  const text = await kubectl(host, 'get', ...args, '--ignore-not-found', '-o', 'json');
  return text.trim() === '' ? undefined : (JSON.parse(text) as T);
}

/** Mode in octal, owner and link target of a path: `600 root`, `link token`, or `absent`. */
export async function fileTrait(host: Host, path: string): Promise<string> {
  const script = `if [ -L "$1" ]; then echo "link $(readlink "$1")"; elif [ -e "$1" ]; then stat -c '%a %U' "$1"; else echo absent; fi`;
  return (await host.need(script, { args: [path] })).trim();
}
