import { run } from '../run.ts';
import { type LabHost, readLab } from '../state.ts';
import { sendOrder } from '../supervisor/order.ts';
import { waitFor } from '../wait.ts';

const filler = '/var/lib/.lab-filler';
const rebootSeconds = 120;

/** Runs a command as root in a host, without ssh. */
export function inHost(host: LabHost, argv: readonly string[]): ReturnType<typeof run> {
  if (host.leader === 0) {
    throw new Error(`${host.name} is off`);
  }
  return run(['nsenter', '-t', `${host.leader}`, '-m', '-u', '-i', '-n', '-p', ...argv]);
}

/** Shuts a host down in order and waits until it takes logins again. */
export async function reboot(host: LabHost): Promise<void> {
  await inHost(host, ['systemctl', 'reboot']);
  await waitFor(`${host.name} to be back`, async () => ((await isBack(host)) ? true : undefined), { seconds: rebootSeconds });
}

async function isBack(before: LabHost): Promise<boolean> {
  const now = (await readLab()).hosts.find(({ name }) => name === before.name);
  return now !== undefined && now.status === 'running' && now.boots > before.boots;
}

/** Takes a host's power away and gives it back: nothing is shut down, what was written stays. */
export async function powerCut(host: LabHost): Promise<void> {
  await sendOrder({ kind: 'host', host: host.name, action: 'power-cut' });
}

/** Takes a host's power away; `heal` gives it back. */
export async function powerOff(host: LabHost): Promise<void> {
  await sendOrder({ kind: 'host', host: host.name, action: 'power-off' });
}

/** Fills a host's disk until only this much is left. */
export async function fillDisk(host: LabHost, leaveMiB: number): Promise<void> {
  const free = await inHost(host, ['df', '--output=avail', '-B1M', '/var/lib']);
  const size = Number(free.stdout.trim().split('\n').at(-1)) - leaveMiB;
  if (size > 0) {
    await inHost(host, ['fallocate', '-l', `${size}M`, filler]);
  }
}

/** Stops a host's ssh server, with all sessions. */
export async function killSshd(host: LabHost): Promise<void> {
  await inHost(host, ['systemctl', 'kill', '--signal=KILL', 'ssh.service']);
  await inHost(host, ['systemctl', 'stop', 'ssh.service']);
}

/** Undoes what was done to a host: power, disk, ssh server. */
export async function healHost(host: LabHost): Promise<void> {
  if (host.status === 'off') {
    await sendOrder({ kind: 'host', host: host.name, action: 'start' });
    return;
  }
  await inHost(host, ['rm', '-f', filler]);
  await inHost(host, ['systemctl', 'start', 'ssh.service']);
}
