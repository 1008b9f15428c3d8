import { overheadOf } from '../catalog/index.ts';
import { formatBytes } from '../common/index.ts';
import type { Finding } from '../operation/index.ts';
import { cidrsOverlap } from './cidr.ts';
import type { PreflightInput, SeenMachine } from './preflight.ts';

const gib = 1024 ** 3;
/** K3s, its images and a little room before the kubelet starts to evict. */
const leastDisk = 2 * gib;
/** A "2 GB" machine shows less: kernel and firmware keep some. */
const memorySlack = 0.85;
const triedSystems = ['debian', 'ubuntu', 'raspbian', 'rhel', 'centos', 'rocky', 'almalinux', 'ol', 'fedora'];

/** Is one host fit to be the node the file wants? */
export function checkHost({ machine, facts }: SeenMachine, input: PreflightInput): Finding[] {
  const found: Finding[] = [];
  const say = (severity: Finding['severity'], id: string, message: string, hint?: string) =>
    found.push({ severity, id, machine: machine.name, message, ...(hint === undefined ? {} : { hint }) });
  const missing = facts.missingTools ?? [];

  if (facts.arch === undefined) say('refuse', 'arch', `its architecture ${facts.rawArch} is neither amd64 nor arm64`);
  else if (machine.arch !== undefined && machine.arch !== facts.arch) {
    say(
      'refuse',
      'arch-differs',
      `it is ${facts.arch}, the file says ${machine.arch}`,
      `Change machines.${machine.name}.arch, or leave it out.`,
    );
  }
  if (missing.includes('systemd-run')) say('refuse', 'no-systemd', `${facts.os.pretty} has no systemd, which farthing works with`);
  else if (!triedSystems.includes(facts.os.id)) say('note', 'os', `${facts.os.pretty} is a system farthing has not been tried on`);
  const tools = missing.filter((tool) => tool !== 'systemd-run');
  if (tools.length > 0) say('refuse', 'tools', `programs are missing: ${tools.join(', ')}`, installHint(facts.os.id, tools));

  const minimum = overheadOf(input.catalog, machine.role);
  if (facts.memory < minimum.minimumMemory * memorySlack) {
    say(
      'refuse',
      'memory-low',
      `${formatBytes(facts.memory)} of memory is too little for a K3s ${machine.role} (${formatBytes(minimum.minimumMemory)} at least)`,
      machine.role === 'server' ? 'Make a larger machine the server.' : 'Use a larger machine.',
    );
  }
  if (facts.cpus < minimum.minimumCpus) {
    say(
      'note',
      'cpus-low',
      `${facts.cpus / 1000} CPU is below K3s' minimum for a ${machine.role} (${minimum.minimumCpus / 1000}); it will be slow`,
    );
  }
  if (facts.diskFree < leastDisk) {
    say('refuse', 'disk-low', `only ${formatBytes(facts.diskFree)} are free below /var/lib (${formatBytes(leastDisk)} at least)`);
  }

  if (!facts.cgroup.memory)
    say('refuse', 'cgroup-memory', 'the kernel counts no memory per container (memory cgroup)', memoryHint(facts.os.kernel));
  else if (facts.cgroup.version === 1 && !facts.k3s?.config?.includes('fail-cgroupv1=false')) {
    say(
      'mend',
      'cgroup-v1',
      'it has cgroup v1, which the kubelet refuses by default: farthing sets kubelet-arg fail-cgroupv1=false',
      'A newer system (Debian 11, Ubuntu 22.04, RHEL 9 or later) has cgroup v2.',
    );
  }
  if (facts.modules.missing.length > 0) {
    say('refuse', 'modules', `kernel modules are missing: ${facts.modules.missing.join(', ')}`, moduleHint(facts.os.id));
  }

  if (facts.address === '') say('refuse', 'no-address', 'it has no IPv4 address');
  else if (machine.address !== undefined && !facts.addresses.includes(machine.address)) {
    say(
      'refuse',
      'address',
      `${machine.address} is none of its addresses (${facts.addresses.join(', ')})`,
      'address: is the one the machines use among themselves; a public one in front of it is externalAddress:.',
    );
  }
  for (const [name, cidr] of [
    ['pods', input.network.pods],
    ['services', input.network.services],
  ] as const) {
    const clash = [...facts.routes, ...facts.addresses].find((route) => cidrsOverlap(route, cidr));
    if (clash !== undefined) {
      say(
        'refuse',
        'range-overlap',
        `the range of ${name}, ${cidr}, overlaps with ${clash}, which it already uses`,
        `Choose another: network: { ${name}: 172.30.0.0/16 }. It cannot be changed later.`,
      );
    }
  }
  if (facts.work) say('note', 'busy', `work of an earlier command still runs there: ${facts.work.name} since ${facts.work.since}`);
  return found;
}

function installHint(os: string, tools: readonly string[]): string {
  const packages: Readonly<Record<string, string>> = {
    'iptables-save': 'iptables',
    ip: 'iproute2',
    ss: 'iproute2',
    sha256sum: 'coreutils',
    modprobe: 'kmod',
  };
  const names = [...new Set(tools.map((tool) => packages[tool] ?? tool))].join(' ');
  const rpm = ['rhel', 'centos', 'rocky', 'almalinux', 'ol', 'fedora'].includes(os);
  return rpm ? `sudo dnf install ${names.replace('iproute2', 'iproute')}` : `sudo apt-get install ${names}`;
}

function memoryHint(kernel: string): string {
  const words = 'cgroup_memory=1 cgroup_enable=memory';
  return /raspi|rpi|-v[78]/.test(kernel)
    ? `Add the two words "${words}" to the end of the one line in /boot/firmware/cmdline.txt (/boot/cmdline.txt before Raspberry Pi OS 12) and reboot.`
    : `Add "${words}" to the kernel's command line (GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub; on a Raspberry Pi /boot/firmware/cmdline.txt) and reboot.`;
}

function moduleHint(os: string): string {
  if (os === 'ol') return 'sudo dnf install kernel-uek-modules-extra, then reboot.';
  if (os === 'ubuntu')
    return 'sudo apt-get install linux-modules-extra-$(uname -r) (on a Raspberry Pi linux-modules-extra-raspi), then reboot.';
  return 'Was the kernel updated without a reboot? Otherwise its modules are in a package of their own.';
}
