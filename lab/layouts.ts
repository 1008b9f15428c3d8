import { network } from './config.ts';

/** One machine of a layout, as the world sees it. */
export interface HostSpec {
  readonly name: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
  readonly arch: 'amd64' | 'arm64';
  /** Who may log in. `ubuntu` has passwordless sudo and root's login is off, as on Oracle's images. */
  readonly user: string;
  /** The vendor's firewall, loaded at boot; `none` for a host that has no rules at all. */
  readonly firewall: 'oracle-ubuntu' | 'none';
}

/** A host with its address in the lab's network. */
export interface PlacedHost extends HostSpec {
  readonly address: string;
}

const ubuntu = { arch: 'amd64', user: 'ubuntu', firewall: 'oracle-ubuntu', diskGiB: 47 } as const;
const gib = 1024;

/** Today's free allowance, and one with a middle-sized machine. Hosts are data: add a layout by adding a line. */
export const layouts: Readonly<Record<string, readonly HostSpec[]>> = {
  'free-tier': [
    { name: 'big', cpus: 2, memoryMiB: 12 * gib, ...ubuntu },
    { name: 'micro-1', cpus: 1, memoryMiB: gib, ...ubuntu },
    { name: 'micro-2', cpus: 1, memoryMiB: gib, ...ubuntu },
  ],
  mid: [
    { name: 'big', cpus: 2, memoryMiB: 12 * gib, ...ubuntu },
    { name: 'mid', cpus: 1, memoryMiB: 6 * gib, ...ubuntu },
    { name: 'micro', cpus: 1, memoryMiB: gib, ...ubuntu },
  ],
  // One small host, for quick looks and for the lab's own tests.
  single: [{ name: 'solo', cpus: 2, memoryMiB: 4 * gib, ...ubuntu }],
};

/** Hosts of a layout with their addresses, in order from 10.77.0.11. Throws on an unknown name. */
export function placeHosts(layout: string): readonly PlacedHost[] {
  const hosts = layouts[layout];
  if (!hosts) {
    throw new Error(`unknown layout "${layout}"; known: ${Object.keys(layouts).join(', ')}`);
  }
  const subnet = network.gateway.slice(0, network.gateway.lastIndexOf('.'));
  return hosts.map((host, index) => ({ ...host, address: `${subnet}.${network.firstHost + index}` }));
}
