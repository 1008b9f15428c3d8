import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';

type Holder = ChildProcessByStdio<Writable, Readable, null>;

// Holds the lock for as long as we live: when we end, however we end, its input ends and so does it.
const hold = 'echo held; exec cat >/dev/null';

/**
 * Runs `work` while holding a lock file, which is removed after. Waits for whoever holds it, up to a limit, and
 * throws then. A holder that is killed holds it no longer.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, seconds = 1800): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const holder = await acquire(path, Date.now() + seconds * 1000);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
    await release(holder);
  }
}

async function acquire(path: string, deadline: number): Promise<Holder> {
  for (;;) {
    const holder = await lockFile(path, (deadline - Date.now()) / 1000);
    if (await isCurrent(path, holder)) {
      return holder;
    }
    // The holder before us removed the file that we waited for: the lock is a new file by now.
    await release(holder);
  }
}

function lockFile(path: string, seconds: number): Promise<Holder> {
  const wait = Math.max(0, seconds).toFixed(2);
  // A process group of its own: Ctrl-C at the terminal ends the work first and the lock after.
  const child = spawn('flock', ['--exclusive', '--wait', wait, path, 'sh', '-c', hold], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`waited for the lock ${path}: somebody else holds it`)));
    child.stdout.once('data', () => resolve(child));
  });
}

async function isCurrent(path: string, holder: Holder): Promise<boolean> {
  // flock opens the file as its first descriptor after the standard three.
  const [held, named] = await Promise.all([stat(`/proc/${holder.pid}/fd/3`), stat(path).catch(() => undefined)]);
  return held.ino === named?.ino;
}

function release(holder: Holder): Promise<void> {
  return new Promise((resolve) => {
    holder.once('exit', () => resolve());
    holder.stdin.end();
  });
}
