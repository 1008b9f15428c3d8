import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from '../cache.ts';
import { packImages } from '../images/pack.ts';
import { makeFolder, writeUsers } from '../images/rootfs.ts';
import type { ImageConfig } from '../images/types.ts';
import { run } from '../run.ts';
import { goBuild, goVersion, here, sources } from './go-build.ts';
import type { PartInput } from './parts.ts';
import { componentImages } from './versions.ts';

interface Component extends ImageConfig {
  readonly key: keyof typeof componentImages;
  readonly file: string;
  build(output: string): Promise<void>;
}

/** Images of the packaged components, packed for a registry: each a static program and little else. */
export async function componentImagesPart({ arch, progress }: PartInput): Promise<string> {
  const components: readonly Component[] = [
    {
      key: 'pause',
      file: 'pause',
      entrypoint: ['/pause'],
      user: '65535:65535',
      build: async (output) => {
        await run(['gcc', '-Os', '-static', '-s', '-o', output, join(here, 'images/pause/pause.c')]);
      },
    },
    {
      key: 'coredns',
      file: 'coredns',
      entrypoint: ['/coredns'],
      user: '65532:65532',
      ports: ['53/tcp', '53/udp'],
      build: (output) => goBuild({ module: 'images/coredns', target: 'github.com/coredns/coredns', output, arch }),
    },
    {
      key: 'localPath',
      file: 'usr/bin/local-path-provisioner',
      entrypoint: ['local-path-provisioner'],
      build: (output) =>
        goBuild({
          module: 'images/local-path-provisioner',
          target: 'github.com/rancher/local-path-provisioner',
          output,
          arch,
          linker: [`-X main.VERSION=${componentImages.localPath.tag}`],
        }),
    },
    {
      key: 'metricsServer',
      file: 'metrics-server',
      entrypoint: ['/metrics-server'],
      user: '65534',
      build: (output) =>
        goBuild({
          module: 'images/metrics-server',
          target: 'sigs.k8s.io/metrics-server/cmd/metrics-server',
          output,
          arch,
          linker: [`-X k8s.io/client-go/pkg/version.gitVersion=${componentImages.metricsServer.tag}`],
        }),
    },
  ];
  const described = components.map(({ key, file, entrypoint, user }) => ({ ...componentImages[key], file, entrypoint, user }));
  return ensureCached({
    name: 'k3s-images',
    inputs: { arch, described, go: await goVersion(), sources: await sources('images') },
    progress,
    build: async (folder) => {
      for (const component of components) {
        await buildImage(component, folder, arch);
      }
    },
  });
}

async function buildImage(component: Component, folder: string, arch: PartInput['arch']): Promise<void> {
  const { key, file, build, ...config } = component;
  const rootfs = join(folder, 'work', key);
  await mkdir(rootfs, { recursive: true, mode: 0o755 });
  await writeUsers(rootfs);
  await makeFolder(rootfs, 'tmp', 0, '1777');
  await makeFolder(rootfs, join(file, '..'), 0);
  await build(join(rootfs, file));
  const { name, tag } = componentImages[key];
  await packImages([{ name, tags: [tag], platforms: [{ arch, rootfs, ...config }] }], folder);
  await rm(join(folder, 'work'), { recursive: true });
}
