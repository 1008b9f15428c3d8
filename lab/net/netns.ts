import { cp, mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../cache.ts';
import { labPaths, network } from '../config.ts';
import { hostsFile } from '../hosts/seed.ts';
import type { PlacedHost } from '../layouts.ts';
import { run } from '../run.ts';

/** Written on the bridge, so that a namespace of the same name made by somebody else is never taken for ours. */
function ownerMark(instance: string): string {
  return `farthing-lab:${instance}`;
}

/** Makes the lab's network namespace: a bridge with the gateway and the link-local addresses, and no way out. */
export async function createNetns(): Promise<void> {
  const { instance } = labPaths();
  await run(['ip', 'netns', 'add', instance]);
  const { bridge, gateway, prefixLength, metadata, iscsi } = network;
  const batch = [
    `link add ${bridge} type bridge`,
    `link set ${bridge} alias ${ownerMark(instance)}`,
    `addr add ${gateway}/${prefixLength} dev ${bridge}`,
    `addr add ${metadata}/32 dev ${bridge}`,
    `addr add ${iscsi}/32 dev ${bridge}`,
    'link set lo up',
    `link set ${bridge} up`,
  ];
  await run(['ip', '-netns', instance, '-batch', '-'], { input: batch.join('\n') });
}

/** Who made the namespace of this name: we, somebody else, or nobody (there is none). */
export async function netnsOwner(): Promise<'ours' | 'foreign' | 'absent'> {
  const { instance, netns } = labPaths();
  if (!(await exists(netns))) {
    return 'absent';
  }
  const links = await run(['ip', '-netns', instance, '-j', 'link'], { accept: 'any' });
  if (links.code !== 0) {
    // A handle whose namespace is gone: nothing in it can be anybody's.
    return 'ours';
  }
  const found = JSON.parse(links.stdout || '[]') as readonly { ifname: string; ifalias?: string }[];
  const mark = ownerMark(instance);
  const own = found.some((link) => link.ifname === network.bridge && link.ifalias === mark);
  // Empty: we may have been killed between making it and marking it.
  const empty = found.every((link) => link.ifname === 'lo');
  return own || empty ? 'ours' : 'foreign';
}

/** Writes the files that `ip netns exec` puts over /etc: names, resolver, and the hosts' keys for ssh. */
export async function writeNetnsEtc(all: readonly PlacedHost[], knownHosts: string): Promise<void> {
  const { netnsEtc } = labPaths();
  const ssh = join(netnsEtc, 'ssh');
  await mkdir(ssh, { recursive: true });
  await writeFile(join(netnsEtc, 'hosts'), hostsFile(all));
  await writeFile(join(netnsEtc, 'resolv.conf'), `nameserver ${network.metadata}\n`);
  await writeFile(join(ssh, 'ssh_known_hosts'), knownHosts);
  for (const part of ['ssh_config', 'ssh_config.d']) {
    if (await exists(join('/etc/ssh', part))) {
      await cp(join('/etc/ssh', part), join(ssh, part), { recursive: true });
    }
  }
}

/** Removes the namespace and the files for it. Does nothing where there is none. */
export async function removeNetns(): Promise<void> {
  const { instance, netns, netnsEtc } = labPaths();
  if (await exists(netns)) {
    await run(['ip', 'netns', 'delete', instance]);
  }
  await rm(netnsEtc, { recursive: true, force: true });
  await rmdir('/etc/netns').catch(() => undefined);
}
