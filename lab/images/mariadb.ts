import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages } from './debian.ts';
import type { ImageRecipe } from './recipe.ts';
import { copyIn, links, makeFolder, put, writeUsers } from './rootfs.ts';

const closure = [
  'mariadb-server-core',
  'mariadb-client-core',
  'bash',
  'dash',
  'coreutils',
  'sed',
  'grep',
  'mawk',
  'gzip',
  'xz-utils',
  'findutils',
  'hostname',
  'util-linux',
  'openssl',
  'procps',
];

// The dump tool's package depends on Perl for tools that nobody calls here.
const only = ['mariadb-client', 'mariadb-server'];
const skip = ['tzdata', 'libgdbm*', 'libdb5.3', 'tar', 'galera*'];

/** Large tools of the packages that no container runs. */
const dropped = [
  'usr/bin/mariadb-embedded',
  'usr/bin/aria_chk',
  'usr/bin/aria_pack',
  'usr/bin/aria_ftdump',
  'usr/bin/aria_read_log',
  'usr/bin/myisamlog',
  'usr/bin/innochecksum',
  'etc/systemd',
  'usr/lib/systemd',
  'etc/init.d',
  'etc/logrotate.d',
  'etc/apparmor.d',
  'usr/share/mysql/charsets/Index.xml.orig',
];

const settings = `[mariadbd]
host-cache-size = 0
skip-name-resolve
datadir = /var/lib/mysql
socket = /run/mysqld/mysqld.sock
pid-file = /run/mysqld/mysqld.pid

[client]
socket = /run/mysqld/mysqld.sock
`;

/** MariaDB 10.11 with the official image's contract. */
export const mariadb: ImageRecipe = {
  name: 'library/mariadb',
  tags: ['10.11'],
  arches: ['amd64', 'arm64'],
  inputs: { closure, only, skip, dropped, settings, revision: 1 },
  files: ['mariadb/docker-entrypoint.sh', 'mariadb/healthcheck.sh'],
  async build({ arch, base, apt, rootfs }) {
    await unpackPackages({ arch, base, apt, closure, only, skip, folder: rootfs });
    await prune(rootfs);
    await writeUsers(rootfs, { name: 'mysql', uid: 999, home: '/var/lib/mysql' });
    await copyIn(rootfs, 'mariadb/docker-entrypoint.sh', 'usr/local/bin/docker-entrypoint.sh', 0o755);
    await copyIn(rootfs, 'mariadb/healthcheck.sh', 'usr/local/bin/healthcheck.sh', 0o755);
    await makeFolder(rootfs, 'var/lib/mysql', 999);
    await makeFolder(rootfs, 'run/mysqld', 999);
    await chmod(join(rootfs, 'run/mysqld'), 0o1777);
    await makeFolder(rootfs, 'docker-entrypoint-initdb.d', 0);
    await makeFolder(rootfs, 'etc/mysql/conf.d', 0);
    await put(rootfs, 'etc/mysql/my.cnf', '!includedir /etc/mysql/conf.d/\n!includedir /etc/mysql/mariadb.conf.d/\n');
    await put(rootfs, 'etc/mysql/mariadb.conf.d/05-container.cnf', settings);
    await links(rootfs, { 'usr/bin/awk': 'mawk' });
    return {
      entrypoint: ['docker-entrypoint.sh'],
      cmd: ['mariadbd'],
      env: { LANG: 'C.UTF-8', MARIADB_VERSION: '1:10.11' },
      ports: ['3306/tcp'],
      volumes: ['/var/lib/mysql'],
    };
  },
};

async function prune(rootfs: string): Promise<void> {
  for (const path of dropped) {
    await rm(join(rootfs, path), { recursive: true, force: true });
  }
  // The distribution binds to localhost and logs to files; a container must do neither.
  const folder = join(rootfs, 'etc/mysql/mariadb.conf.d');
  for (const file of await readdir(folder)) {
    await rm(join(folder, file));
  }
  await rm(join(rootfs, 'etc/mysql/my.cnf'), { force: true });
}
