import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { exists } from '../cache.ts';
import { labPaths } from '../config.ts';
import { run } from '../run.ts';

/** Kernel modules that a node asks for, with the kernel option that has them built in and their place in the tree. */
const known: Readonly<Record<string, readonly [option: string, path: string]>> = {
  overlay: ['OVERLAY_FS', 'fs/overlayfs'],
  br_netfilter: ['BRIDGE_NETFILTER', 'net/bridge'],
  bridge: ['BRIDGE', 'net/bridge'],
  veth: ['VETH', 'drivers/net'],
  vxlan: ['VXLAN', 'drivers/net/vxlan'],
  tun: ['TUN', 'drivers/net'],
  wireguard: ['WIREGUARD', 'drivers/net/wireguard'],
  nf_conntrack: ['NF_CONNTRACK', 'net/netfilter'],
  nf_tables: ['NF_TABLES', 'net/netfilter'],
  ip_tables: ['IP_NF_IPTABLES', 'net/ipv4/netfilter'],
  iptable_nat: ['IP_NF_NAT', 'net/ipv4/netfilter'],
  iptable_filter: ['IP_NF_FILTER', 'net/ipv4/netfilter'],
  ip6table_nat: ['IP6_NF_NAT', 'net/ipv6/netfilter'],
  ip6table_filter: ['IP6_NF_FILTER', 'net/ipv6/netfilter'],
  ip_set: ['IP_SET', 'net/netfilter/ipset'],
  ip_vs: ['IP_VS', 'net/netfilter/ipvs'],
  fuse: ['FUSE_FS', 'fs/fuse'],
  loop: ['BLK_DEV_LOOP', 'drivers/block'],
};

/** Modules that hosts cannot load themselves: the machine does it for them, where it has modules at all. */
const wanted = ['overlay', 'br_netfilter', 'vxlan', 'veth', 'nf_conntrack', 'ip_set', 'fuse', 'loop'];

/**
 * The folder that hosts see as /lib/modules, so that `modprobe` of what the kernel already has succeeds: the
 * machine's own, or, on a kernel without modules, one that lists what is built in.
 */
export async function ensureModules(): Promise<string> {
  const folder = join('/lib/modules', release());
  if (await exists(folder)) {
    for (const name of wanted) {
      await run(['modprobe', '-q', name], { accept: 'any' });
    }
    return '/lib/modules';
  }
  const own = join(labPaths().state, 'modules');
  const target = join(own, release());
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'modules.builtin'), builtinList(await kernelConfig()));
  await writeFile(join(target, 'modules.order'), '');
  // depmod wants a tree with lib/modules in it; only the folder of this release matters to it.
  await mkdir(join(own, 'lib'), { recursive: true });
  await run(['ln', '-sfn', '..', join(own, 'lib/modules')]);
  await run(['depmod', '-b', own, release()]);
  return own;
}

async function kernelConfig(): Promise<string> {
  const packed = await readFile('/proc/config.gz').catch(() => undefined);
  if (packed) {
    return gunzipSync(packed).toString('utf8');
  }
  return readFile(`/boot/config-${release()}`, 'utf8').catch(() => '');
}

/** Text of modules.builtin for a kernel configuration: the known modules that are built in. */
export function builtinList(config: string): string {
  const options = new Set(config.split('\n').filter((line) => line.endsWith('=y')));
  return Object.entries(known)
    .filter(([, [option]]) => options.has(`CONFIG_${option}=y`))
    .map(([name, [, path]]) => `kernel/${path}/${name}.ko\n`)
    .join('');
}
