import type { Host } from './remote.ts';

/** What a host is before the suite touches it. */
export interface Facts {
  readonly hostname: string;
  readonly arch: string;
  readonly cgroup: '1' | '2';
  /** Device, address and MTU of the default route. */
  readonly device: string;
  readonly address: string;
  readonly mtu: number;
  /** kubectl, crictl or ctr that other packages put on PATH, so that the installer makes no link. */
  readonly foreignTools: readonly string[];
  /** Traces of an installed K3s; empty on a bare host. */
  readonly existing: readonly string[];
  /** Programs the suite needs and does not find. */
  readonly missing: readonly string[];
}

const look = `
echo "hostname=$(hostname | tr A-Z a-z)"
echo "arch=$(uname -m)"
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then echo cgroup=2; else echo cgroup=1; fi
route=$(ip -4 -o route get 192.0.2.1 2>/dev/null | head -n 1)
device=$(printf '%s' "$route" | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')
echo "device=$device"
echo "address=$(printf '%s' "$route" | sed -n 's/.* src \\([^ ]*\\).*/\\1/p')"
echo "mtu=$(cat "/sys/class/net/$device/mtu" 2>/dev/null)"
for tool in kubectl crictl ctr; do
  at=$(command -v $tool 2>/dev/null) && case "$(readlink "$at")" in *k3s) ;; *) echo "foreignTools=$tool" ;; esac
done
for path in /usr/local/bin/k3s /opt/bin/k3s /etc/systemd/system/k3s*.service /etc/rancher/k3s /var/lib/rancher/k3s; do
  [ -e "$path" ] && echo "existing=$path"
done
for tool in systemctl journalctl curl ip iptables iptables-save sha256sum awk stat; do
  command -v $tool >/dev/null 2>&1 || echo "missing=$tool"
done
true
`;

/** Reads `key=value` lines; a key that comes again adds to the list. */
export function parseFacts(text: string): Facts {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at < 0) continue;
    const key = line.slice(0, at);
    values.set(key, [...(values.get(key) ?? []), line.slice(at + 1)]);
  }
  const one = (key: string): string => values.get(key)?.[0] ?? '';
  return {
    hostname: one('hostname'),
    arch: one('arch'),
    cgroup: one('cgroup') === '2' ? '2' : '1',
    device: one('device'),
    address: one('address'),
    mtu: Number(one('mtu')),
    foreignTools: values.get('foreignTools') ?? [],
    existing: values.get('existing') ?? [],
    missing: values.get('missing') ?? [],
  };
}

/** Looks at a host; throws when it is not reachable as root. */
export async function gatherFacts(host: Host): Promise<Facts> {
  return parseFacts(await host.need(look, { seconds: 60 }));
}

/** Why the suite must not or cannot start on this host. */
export function objections(facts: Facts, destroyExisting: boolean): string[] {
  const found: string[] = [];
  if (facts.missing.length > 0) found.push(`needs ${facts.missing.join(', ')}`);
  if (facts.address === '') found.push('has no default route, which K3s needs too');
  if (facts.existing.length > 0 && !destroyExisting)
    found.push(`already has K3s (${facts.existing.join(', ')}); --destroy-existing removes it with all its data`);
  return found;
}
