import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from './cache.ts';
import { labPaths } from './config.ts';
import { withLock } from './lock.ts';
import { run } from './run.ts';

/**
 * Settings of the whole machine that hosts write to: they run as root, these belong to no namespace, and the
 * kubelet and systemd set them. Noted before the first lab starts, put back after the last one is gone.
 */
const sysctls = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'vm/max_map_count',
  'vm/swappiness',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
  'kernel/core_pattern',
  'kernel/core_uses_pid',
  'kernel/core_pipe_limit',
  'kernel/sysrq',
  'kernel/pid_max',
  'kernel/printk',
  'kernel/kptr_restrict',
  'fs/file-max',
  'fs/nr_open',
  'fs/inotify/max_user_instances',
  'fs/inotify/max_user_watches',
  'fs/protected_fifos',
  'fs/protected_hardlinks',
  'fs/protected_regular',
  'fs/protected_symlinks',
];

/** Three machines with systemd, containerd and a kubelet each need more than the usual 128. */
const inotifyInstances = 1024;

interface MachineNote {
  readonly sysctls: Readonly<Record<string, string>>;
  /** `ip netns add` turns /run/netns into a mount and leaves it so. */
  readonly hadRunNetns: boolean;
}

const noteFile = () => join(labPaths().root, '.machine.json');
const lockFile = () => join(labPaths().root, '.machine.lock');

/** Notes how the machine is, unless another lab already did, and makes room for the hosts. */
export async function noteMachine(): Promise<void> {
  await withLock(lockFile(), async () => {
    if (!(await exists(noteFile()))) {
      const values: Record<string, string> = {};
      for (const name of sysctls) {
        const value = await readFile(join('/proc/sys', name), 'utf8').catch(() => undefined);
        if (value !== undefined) {
          values[name] = value.trim();
        }
      }
      const note: MachineNote = { sysctls: values, hadRunNetns: await exists('/run/netns') };
      await writeFile(noteFile(), `${JSON.stringify(note, null, 2)}\n`);
    }
    const file = '/proc/sys/fs/inotify/max_user_instances';
    if (Number(await readFile(file, 'utf8')) < inotifyInstances) {
      await writeFile(file, `${inotifyInstances}`);
    }
  });
}

/** Puts the machine's settings back when no lab is left, and removes the folder of all labs. */
export async function restoreMachine(): Promise<void> {
  const { root } = labPaths();
  if (!(await exists(root))) {
    return;
  }
  await withLock(lockFile(), async () => {
    const labs = (await readdir(root)).filter((name) => !name.startsWith('.'));
    if (labs.length > 0 || !(await exists(noteFile()))) {
      return;
    }
    const note = JSON.parse(await readFile(noteFile(), 'utf8')) as MachineNote;
    for (const [name, value] of Object.entries(note.sysctls)) {
      const file = join('/proc/sys', name);
      if ((await readFile(file, 'utf8').catch(() => value)).trim() !== value) {
        await writeFile(file, value).catch(() => undefined);
      }
    }
    if (!note.hadRunNetns && (await readdir('/run/netns').catch(() => ['?'])).length === 0) {
      await run(['umount', '/run/netns'], { accept: 'any' });
      await rmdir('/run/netns').catch(() => undefined);
    }
    await rm(noteFile());
  });
  // Fails while another lab's folder or lock is in it.
  await rmdir(root).catch(() => undefined);
}

/** Makes the folder of all labs. */
export async function ensureRoot(): Promise<void> {
  await mkdir(labPaths().root, { recursive: true });
}
