import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureCached } from '../cache.ts';
import { ensureBase } from '../hosts/base.ts';
import { type Progress, stderrProgress } from '../progress.ts';
import { run } from '../run.ts';
import { componentImagesPart } from './component-images.ts';
import { goBuild, goVersion, here, sources } from './go-build.ts';
import { kubernetesPart, type PartInput, runcPart, userlandPart } from './parts.ts';
import { componentImages, version } from './versions.ts';

/** What a release folder says of itself, in `release.json`. */
export interface K3sRelease {
  readonly version: string;
  readonly sha256: { readonly amd64: string; readonly installScript: string };
}

/**
 * A release of the stand-in, laid out like one of K3s (`k3s`, `install.sh`, `sha256sum-amd64.txt`, `k3s-images.txt`),
 * with `release.json` and the packed images of its components in `registry/`. Built when it is not in the cache.
 */
export async function buildK3s(progress: Progress = stderrProgress()): Promise<{ folder: string; release: K3sRelease }> {
  const input: PartInput = { arch: 'amd64', base: await ensureBase(progress), progress };
  const kubernetes = await kubernetesPart(input);
  const userland = await userlandPart(input);
  const runc = await runcPart(input);
  const images = await componentImagesPart(input);
  const installScript = join(here, 'install/install.sh');
  const folder = await ensureCached({
    name: 'k3s',
    inputs: {
      ...{ version, kubernetes, userland, runc, images, go: await goVersion(), revision: 2 },
      sources: await sources('supervisor'),
      installScript: await readFile(installScript, 'utf8'),
    },
    progress,
    build: async (target) => {
      const supervisor = join(target, 'supervisor');
      const linker = [`-X main.Version=${version}`];
      await goBuild({ module: 'supervisor', target: '.', output: supervisor, arch: input.arch, linker });
      await pack({ output: join(target, 'k3s'), supervisor, kubernetes, userland, runc });
      await run(['rm', supervisor]);
      await copyFile(installScript, join(target, 'install.sh'));
      await symlink(images, join(target, 'registry'));
      await describe(target);
    },
  });
  return { folder, release: JSON.parse(await readFile(join(folder, 'release.json'), 'utf8')) as K3sRelease };
}

const kubernetesNames = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubelet', 'kubectl'];
const userlandNames = [
  ...['containerd', 'containerd-shim-runc-v2', 'crictl', 'ctr', 'kine'],
  ...['bandwidth', 'bridge', 'host-local', 'loopback', 'portmap'],
];

interface PackInput {
  readonly output: string;
  readonly supervisor: string;
  readonly kubernetes: string;
  readonly userland: string;
  readonly runc: string;
}

async function pack({ output, supervisor, kubernetes, userland, runc }: PackInput): Promise<void> {
  const entries = [
    `kubernetes=${join(kubernetes, 'kubernetes')}`,
    // The CNI plugin `flannel` is the supervisor under another name. In K3s all plugins are one file, `cni`.
    `cni=${supervisor}`,
    'flannel->cni',
    `runc=${join(runc, 'runc')}`,
    ...userlandNames.map((name) => `${name}=${join(userland, name)}`),
    ...kubernetesNames.map((name) => `${name}->kubernetes`),
  ];
  await run(['go', 'run', './pack', '-output', output, '-executable', supervisor, ...entries], {
    cwd: join(here, 'supervisor'),
    env: { GOFLAGS: '-buildvcs=false' },
  });
}

async function describe(folder: string): Promise<void> {
  const names = Object.values(componentImages).map(({ name, tag }) => `docker.io/${name}:${tag}\n`);
  await writeFile(join(folder, 'k3s-images.txt'), names.sort().join(''));
  const amd64 = await sha256(join(folder, 'k3s'));
  await writeFile(join(folder, 'sha256sum-amd64.txt'), `${amd64}  k3s\n${await sha256(join(folder, 'k3s-images.txt'))}  k3s-images.txt\n`);
  const release: K3sRelease = { version, sha256: { amd64, installScript: await sha256(join(folder, 'install.sh')) } };
  await writeFile(join(folder, 'release.json'), `${JSON.stringify(release, null, 2)}\n`);
}

function sha256(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    createReadStream(path)
      .on('error', reject)
      .on('data', (chunk) => hash.update(chunk))
      .on('end', () => resolve(hash.digest('hex')));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${(await buildK3s()).folder}\n`);
}
