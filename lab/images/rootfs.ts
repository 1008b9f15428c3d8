import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../run.ts';

/** A user of an image beside root. */
export interface ImageUser {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
}

/** Writes the account files: root, nobody and one more. */
export async function writeUsers(rootfs: string, user?: ImageUser): Promise<void> {
  const lines = [
    'root:x:0:0:root:/root:/bin/sh',
    'www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
    ...(user ? [`${user.name}:x:${user.uid}:${user.uid}::${user.home}:/bin/sh`] : []),
  ];
  const groups = ['root:x:0:', 'tty:x:5:', 'www-data:x:33:', 'nogroup:x:65534:', ...(user ? [`${user.name}:x:${user.uid}:`] : [])];
  await put(rootfs, 'etc/passwd', `${lines.join('\n')}\n`);
  await put(rootfs, 'etc/group', `${groups.join('\n')}\n`);
  await put(rootfs, 'etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n');
}

/** Writes a file, making the folders above it. */
export async function put(rootfs: string, path: string, text: string, mode = 0o644): Promise<void> {
  const target = join(rootfs, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text);
  await chmod(target, mode);
}

/** Copies a file that lies beside the image descriptions. */
export async function copyIn(rootfs: string, source: string, path: string, mode = 0o644): Promise<void> {
  const target = join(rootfs, path);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(fileURLToPath(new URL(source, import.meta.url)), target);
  await chmod(target, mode);
}

/** Makes an empty folder with an owner and a mode. */
export async function makeFolder(rootfs: string, path: string, owner: number, mode = '755'): Promise<void> {
  const target = join(rootfs, path);
  await mkdir(target, { recursive: true });
  await run(['chown', `${owner}:${owner}`, target]);
  await run(['chmod', mode, target]);
}

/** Makes links, as `{ path: target }`, that package scripts would have made. */
export async function links(rootfs: string, wanted: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, target] of Object.entries(wanted)) {
    await mkdir(dirname(join(rootfs, path)), { recursive: true });
    await symlink(target, join(rootfs, path));
  }
}
