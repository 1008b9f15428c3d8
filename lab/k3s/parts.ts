import { copyFile, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ensureCached } from '../cache.ts';
import { unpackPackages } from '../images/debian.ts';
import type { Progress } from '../progress.ts';
import { goBuild, goVersion, sources } from './go-build.ts';
import { type Arch, version } from './versions.ts';

/** What every part is built with. */
export interface PartInput {
  readonly arch: Arch;
  /** The hosts' root file system: runc comes from its package sources, so that it fits the hosts' libraries. */
  readonly base: string;
  readonly progress: Progress;
}

/** Kubernetes' six programs in one file: by far the slowest part. */
export async function kubernetesPart({ arch, progress }: PartInput): Promise<string> {
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  const stamps = { gitVersion: version, gitMajor: '1', gitMinor: '36', gitTreeState: 'clean' };
  const linker = packages.flatMap((name) => Object.entries(stamps).map(([key, value]) => `-X ${name}.${key}=${value}`));
  return ensureCached({
    name: 'k3s-kubernetes',
    inputs: { arch, linker, go: await goVersion(), sources: await sources('kubernetes') },
    progress,
    build: (folder) => goBuild({ module: 'kubernetes', target: '.', output: join(folder, 'kubernetes'), arch, linker }),
  });
}

const containerd = 'github.com/containerd/containerd/v2';
const plugins = 'github.com/containernetworking/plugins/plugins';
const userlandTargets = [
  `${containerd}/cmd/containerd`,
  `${containerd}/cmd/containerd-shim-runc-v2`,
  `${containerd}/cmd/ctr`,
  `${plugins}/ipam/host-local`,
  `${plugins}/main/bridge`,
  `${plugins}/main/loopback`,
  `${plugins}/meta/bandwidth`,
  `${plugins}/meta/portmap`,
];

/** containerd, its shim and client, the CNI plugins, kine, and our small crictl. */
export async function userlandPart({ arch, progress }: PartInput): Promise<string> {
  // Snapshotters that the stand-in does not offer pull in a lot.
  const tags = ['no_btrfs', 'no_zfs', 'no_devmapper'];
  const linker = [`-X ${containerd}/version.Version=v2.3.7-lab1`];
  // Linked statically: the hosts' C library may be older than this machine's.
  const kineLinker = ['-linkmode external', '-extldflags=-static'];
  const kineTags = ['netgo', 'osusergo', 'sqlite_omit_load_extension'];
  return ensureCached({
    name: 'k3s-userland',
    inputs: {
      ...{ arch, tags, linker, kineLinker, kineTags, targets: userlandTargets, go: await goVersion() },
      sources: [await sources('userland'), await sources('kine'), await sources('crictl')],
    },
    progress,
    build: async (folder) => {
      for (const target of userlandTargets) {
        await goBuild({ module: 'userland', target, output: join(folder, basename(target)), arch, tags, linker });
      }
      await goBuild({ module: 'crictl', target: '.', output: join(folder, 'crictl'), arch });
      const kine = { module: 'kine', target: 'github.com/k3s-io/kine', output: join(folder, 'kine') };
      await goBuild({ ...kine, arch, tags: kineTags, linker: kineLinker, cgo: true });
    },
  });
}

/** Debian's runc, for the C library and libseccomp of the hosts. */
export async function runcPart({ arch, base, progress }: PartInput): Promise<string> {
  return ensureCached({
    name: 'k3s-runc',
    inputs: { arch, base: basename(base) },
    progress,
    build: async (folder) => {
      const unpacked = join(folder, 'unpacked');
      const apt = join(folder, 'apt');
      await mkdir(unpacked);
      await mkdir(apt);
      await unpackPackages({ arch, base, apt, closure: [], only: ['runc'], folder: unpacked });
      await copyFile(join(unpacked, 'usr/sbin/runc'), join(folder, 'runc'));
      await rm(unpacked, { recursive: true });
      await rm(apt, { recursive: true });
    },
  });
}
