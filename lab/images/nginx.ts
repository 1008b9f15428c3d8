import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages } from './debian.ts';
import type { ImageRecipe } from './recipe.ts';
import { copyIn, makeFolder, put, writeUsers } from './rootfs.ts';

const closure = ['nginx', 'coreutils', 'dash', 'sed', 'grep'];
const skip = ['iproute2', 'libbpf*', 'libelf*', 'libmnl*', 'libcap2-bin', 'tar', 'tzdata', 'libdb5.3', 'libgdbm*'];
const page = '<!DOCTYPE html>\n<title>Welcome to nginx!</title>\n<h1>Welcome to nginx!</h1>\n';

/** nginx with the official image's folders and entrypoint. */
export const nginx: ImageRecipe = {
  name: 'library/nginx',
  tags: ['1.27'],
  arches: ['amd64', 'arm64'],
  inputs: { closure, skip, page, revision: 1 },
  files: ['nginx/docker-entrypoint.sh', 'nginx/nginx.conf', 'nginx/default.conf'],
  async build({ arch, base, apt, rootfs }) {
    await unpackPackages({ arch, base, apt, closure, skip, folder: rootfs });
    await writeUsers(rootfs, { name: 'nginx', uid: 101, home: '/nonexistent' });
    for (const path of ['etc/nginx/sites-available', 'etc/nginx/sites-enabled', 'etc/nginx/modules-enabled', 'etc/init.d']) {
      await rm(join(rootfs, path), { recursive: true, force: true });
    }
    await copyIn(rootfs, 'nginx/docker-entrypoint.sh', 'docker-entrypoint.sh', 0o755);
    await copyIn(rootfs, 'nginx/nginx.conf', 'etc/nginx/nginx.conf');
    await copyIn(rootfs, 'nginx/default.conf', 'etc/nginx/conf.d/default.conf');
    await makeFolder(rootfs, 'docker-entrypoint.d', 0);
    await makeFolder(rootfs, 'var/lib/nginx', 0);
    await makeFolder(rootfs, 'var/log/nginx', 0);
    await put(rootfs, 'usr/share/nginx/html/index.html', page);
    return {
      entrypoint: ['/docker-entrypoint.sh'],
      cmd: ['nginx', '-g', 'daemon off;'],
      ports: ['80/tcp'],
      stopSignal: 'SIGQUIT',
    };
  },
};
