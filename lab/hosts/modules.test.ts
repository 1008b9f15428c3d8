import { expect, test } from 'vitest';
import { builtinList } from './modules.ts';

test('lists what the kernel has built in, and nothing else', () => {
  const config = 'CONFIG_OVERLAY_FS=y\nCONFIG_BRIDGE_NETFILTER=y\nCONFIG_VXLAN=m\n# CONFIG_WIREGUARD is not set\n';
  expect(builtinList(config)).toBe('kernel/fs/overlayfs/overlay.ko\nkernel/net/bridge/br_netfilter.ko\n');
});
