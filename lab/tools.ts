import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCached } from './cache.ts';
import { suite } from './hosts/base.ts';
import { unpackPackages } from './images/debian.ts';
import type { Progress } from './progress.ts';
import { run } from './run.ts';

/** Programs that the lab's services are: `docker-registry` from its Debian package, `versitygw` built from its Go module. */
export async function ensureTools(base: string, progress: Progress): Promise<string> {
  const module = fileURLToPath(new URL('s3/versitygw', import.meta.url));
  const files = await Promise.all(['go.mod', 'go.sum'].map((file) => readFile(join(module, file), 'utf8')));
  return ensureCached({
    name: 'bin',
    inputs: { suite, files, revision: 1 },
    progress,
    build: async (folder) => {
      // Unpacked and not installed: the package would start a registry on this machine.
      const unpacked = join(folder, 'unpacked');
      const apt = join(folder, 'apt');
      await mkdir(unpacked);
      await mkdir(apt);
      await unpackPackages({ arch: 'amd64', base, apt, closure: [], only: ['docker-registry'], folder: unpacked });
      await rename(join(unpacked, 'usr/bin/docker-registry'), join(folder, 'docker-registry'));
      await rm(unpacked, { recursive: true });
      await rm(apt, { recursive: true });
      await goBuild(module, 'github.com/versity/versitygw/cmd/versitygw', join(folder, 'versitygw'));
    },
  });
}

async function goBuild(module: string, target: string, output: string): Promise<void> {
  const argv = ['nice', 'go', 'build', '-buildvcs=false', '-trimpath', '-ldflags', '-s -w', '-o', output, target];
  await run(argv, { cwd: module, env: { CGO_ENABLED: '0' } }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error('the lab needs Go 1.26 or newer on the PATH') : error;
  });
}
