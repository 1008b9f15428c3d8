import { parseArch } from '../common/index.ts';
import { parseK3sFacts } from './parse-k3s-facts.ts';
import { parseOwner } from './parse-owner.ts';
import { lines, parsePairs, parseSections } from './sections.ts';
import type { HostFacts } from './types.ts';

/** The output of the facts script as facts. `seenAt`: our clock when its first line came, milliseconds. */
export function parseFacts(machine: string, output: string, seenAt: number): HostFacts {
  const sections = parseSections(output);
  const text = (name: string) => sections.get(name) ?? '';
  const line = (name: string, index = 0) => text(name).split('\n')[index]?.trim() ?? '';
  const list = (name: string) => lines(text(name));

  const os = parsePairs(text('os'));
  const routes = list('routes');
  const device = /^default .*\bdev (\S+)/.exec(routes.find((route) => route.startsWith('default')) ?? '')?.[1];
  const addresses = list('addresses').flatMap((entry) => {
    const match = /^\d+:\s+(\S+)\s+inet (\d+\.\d+\.\d+\.\d+)/.exec(entry);
    return match && match[1] !== 'lo' ? [{ device: match[1] as string, address: match[2] as string }] : [];
  });
  const own = addresses.filter((entry) => !isClusterDevice(entry.device) && !isContainerDevice(entry.device));
  const mtu = list('mtu').find((entry) => entry.startsWith(`/sys/class/net/${device}/mtu `));
  const bootRules = text('boot-rules');
  const work = parsePairs(text('work'));
  const owner = parseOwner(text('owner'));

  return {
    machine,
    user: line('user', 1) || line('user'),
    root: line('user') === 'root',
    os: { id: os.ID ?? 'unknown', version: os.VERSION_ID ?? '', pretty: os.PRETTY_NAME ?? 'unknown', kernel: line('kernel') },
    arch: parseArch(line('kernel', 1)),
    rawArch: line('kernel', 1),
    memory: Number(line('memory')),
    cpus: Number(line('cpus')) * 1000,
    diskFree: Number(line('disk')),
    clockSkew: Math.round(Number(line('time')) * 1000 - seenAt),
    hostname: line('hostname'),
    machineId: line('machine-id'),
    address: own.find((entry) => entry.device === device)?.address ?? own[0]?.address ?? '',
    addresses: own.map((entry) => entry.address),
    // What the cluster's own network adds is not the host's.
    routes: routes.flatMap((route) => {
      const [to, ...rest] = route.split(/\s+/);
      const via = rest[rest.indexOf('dev') + 1] ?? '';
      return to && to !== 'default' && !isClusterDevice(via) ? [to.includes('/') ? to : `${to}/32`] : [];
    }),
    mtu: Number(mtu?.split(' ')[1] ?? 1500),
    cgroup: { version: line('cgroup') === '2' ? 2 : 1, memory: list('cgroup').includes('memory') },
    modules: { missing: list('modules-missing') },
    missingTools: list('tools-missing'),
    ufw: list('ufw').length > 0,
    firewalld: line('firewalld') === 'active',
    trustedSources: text('trusted-sources').split(/\s+/).filter(Boolean),
    filterRules: text('filter'),
    mangleRules: text('mangle'),
    bootRules: bootRules.startsWith('yes\n') ? bootRules.slice(4) : undefined,
    bootRulesLoaded: line('boot-rules-loaded') === 'enabled',
    firewallUnitRules: text('firewall-unit'),
    oracle: line('oracle') === 'OracleCloud.com' || text('filter').includes(':InstanceServices') || bootRules.includes('InstanceServices'),
    listening: list('listening').flatMap(parseSocket),
    owner,
    otherKubernetes: list('other-kubernetes'),
    k3s: parseK3sFacts(sections, owner !== undefined),
    work:
      work.ActiveState === 'active' || work.ActiveState === 'activating'
        ? { name: work.Description ?? '', since: work.ActiveEnterTimestamp ?? '' }
        : undefined,
  };
}

/** Interfaces that K3s made. */
function isClusterDevice(device: string): boolean {
  return /^(cni\d|flannel[.-]|kube-|veth)/.test(device);
}

/** Interfaces that a container engine made: no address of theirs is the host's, but their ranges are taken. */
function isContainerDevice(device: string): boolean {
  return /^(docker\d|podman\d|br-[0-9a-f]{12}$)/.test(device);
}

/** One line of `ss -lntup`. */
function parseSocket(text: string): HostFacts['listening'] {
  const words = text.split(/\s+/);
  const protocol = words[0];
  const local = words[4] ?? '';
  const at = local.lastIndexOf(':');
  const port = Number(local.slice(at + 1));
  if ((protocol !== 'tcp' && protocol !== 'udp') || at < 0 || !Number.isInteger(port)) return [];
  const program = /users:\(\("([^"]+)"/.exec(text)?.[1] ?? 'the kernel or an unknown program';
  return [{ protocol, address: local.slice(0, at).replace(/%.*$/, ''), port, program }];
}
