import { readFile } from 'node:fs/promises';

/**
 * The host's init among the processes of its cgroup: pid 1 one pid namespace below ours (containers in the host
 * are deeper), and already turned into systemd, so that its mounts are in place.
 */
export async function findLeader(pids: readonly number[]): Promise<number | undefined> {
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (isLeader(status)) {
      return pid;
    }
  }
  return undefined;
}

/** Whether /proc/PID/status describes a host's init. */
export function isLeader(status: string): boolean {
  const field = (name: string) => status.match(new RegExp(`^${name}:\\t(.*)$`, 'm'))?.[1] ?? '';
  const pids = field('NSpid').split('\t');
  return field('Name') === 'systemd' && pids.length === 2 && pids[1] === '1';
}
