import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { waitFor } from './wait.ts';

/**
 * Runs `work` while holding a lock file. The file names its holder by pid and start time, so that a lock left
 * by a killed process is taken over and a reused pid is not mistaken for the holder.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, seconds = 1800): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const me = `${process.pid} ${await startTime(process.pid)}`;
  await waitFor(
    `the lock ${path}`,
    async () => {
      const held = await readFile(path, 'utf8').catch(() => '');
      if (held !== '' && !(await isAlive(held))) {
        await rm(path, { force: true });
      }
      return writeFile(path, me, { flag: 'wx' }).then(
        () => true,
        () => undefined,
      );
    },
    { seconds, everyMs: 200 },
  );
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function isAlive(holder: string): Promise<boolean> {
  const [pid, began] = holder.split(' ');
  return (await startTime(Number(pid))) === began;
}

/** Start time of a process in clock ticks since boot, undefined when it does not run. */
export async function startTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The command name, in parentheses, may contain spaces: count from behind it.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
