import { unpackPackages } from './debian.ts';
import type { ImageRecipe } from './recipe.ts';
import { copyIn, links, makeFolder, put, writeUsers } from './rootfs.ts';

const closure = ['php8.2-cli', 'php8.2-mysql', 'php8.2-pgsql', 'php8.2-sqlite3', 'dash', 'coreutils'];
const only = ['adminer', 'php-common', 'php8.2-common'];
const skip = ['apache2*', 'libapache2*', 'tar', 'tzdata', 'systemd*', 'dbus*', 'ucf', 'psmisc', 'libdb5.3', 'libgdbm*'];
const extensions = ['mysqlnd', 'pdo', 'mysqli', 'pdo_mysql', 'pgsql', 'pdo_pgsql', 'sqlite3', 'ctype', 'iconv', 'tokenizer'];

/** Adminer on PHP's own web server, as the official image runs it. */
export const adminer: ImageRecipe = {
  name: 'library/adminer',
  tags: ['4'],
  arches: ['amd64', 'arm64'],
  inputs: { closure, only, skip, extensions, revision: 1 },
  files: ['adminer/index.php'],
  async build({ arch, base, apt, rootfs }) {
    await unpackPackages({ arch, base, apt, closure, only, skip, folder: rootfs });
    await writeUsers(rootfs, { name: 'adminer', uid: 1000, home: '/home/adminer' });
    await copyIn(rootfs, 'adminer/index.php', 'var/www/html/index.php');
    // Unpacked packages have no enabled extensions: their scripts would have made this.
    const list = extensions.map((name) => `extension=${name}.so\n`).join('');
    await put(rootfs, 'etc/php/8.2/cli/conf.d/20-lab.ini', list);
    await makeFolder(rootfs, 'home/adminer', 1000);
    await links(rootfs, { 'usr/bin/php': 'php8.2' });
    return {
      cmd: ['php', '-S', '0.0.0.0:8080', '-t', '/var/www/html'],
      env: { ADMINER_DEFAULT_SERVER: 'db', PHP_CLI_SERVER_WORKERS: '4' },
      user: 'adminer',
      workdir: '/var/www/html',
      ports: ['8080/tcp'],
    };
  },
};
