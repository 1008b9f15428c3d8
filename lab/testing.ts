import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exists } from './cache.ts';
import { readHierarchies } from './hosts/cgroup-mounts.ts';
import { type RunResult, run } from './run.ts';

/** What of a machine a lab could leave behind: each thing a line. */
export type MachineView = readonly string[];

const program = fileURLToPath(new URL('main.ts', import.meta.url));

/**
 * Runs the lab's program as a person does. Throws when it fails, unless any end is accepted; with a limit, it and
 * nothing else is killed after so many milliseconds.
 */
export async function runLab(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  accept: 'any' | readonly number[] = [],
  killAfter?: number,
): Promise<RunResult> {
  const argv = [process.execPath, '--import', import.meta.resolve('tsx'), program, ...args];
  if (killAfter === undefined) {
    return run(argv, { env, accept });
  }
  const [command = '', ...rest] = argv;
  const child = spawn(command, rest, { env: { ...process.env, ...env }, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfter);
  const code = await new Promise<number>((resolve) => child.once('exit', (exit) => resolve(exit ?? 137)));
  clearTimeout(timer);
  return { code, stdout: '', stderr: '' };
}

/** Looks at namespaces, mounts, cgroups, processes, loop devices, settings and the lab's folders. */
export async function viewMachine(): Promise<MachineView> {
  return [
    ...(await listing('/run/netns')),
    ...(await listing('/etc/netns')),
    ...(await listing('/var/lib/farthing-lab')).filter((line) => !line.includes('/.machine')),
    ...(await mounts()),
    ...(await cgroups()),
    ...(await processes()),
    ...(await run(['losetup', '--list', '--noheadings', '--output', 'BACK-FILE'])).stdout.split('\n').map((line) => `loop ${line.trim()}`),
    ...(await settings()),
  ];
}

/**
 * What is there now and was not before. Where other labs run beside, only what carries this instance's name counts:
 * they come and go by themselves, and settings go back with the last.
 */
export function addedBy(before: MachineView, after: MachineView, instance: string): MachineView {
  const known = new Set(before);
  const added = after.filter((line) => !known.has(line));
  const others = [...before, ...after].some((line) => line.startsWith('/var/lib/farthing-lab/') && !line.includes(instance));
  return others
    ? added.filter((line) => line.includes(instance))
    : added.filter((line) => !line.startsWith('process ') || line.includes(instance));
}

async function listing(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => undefined);
  return names ? [folder, ...names.map((name) => join(folder, name))] : [];
}

async function mounts(): Promise<readonly string[]> {
  const text = await readFile('/proc/self/mounts', 'utf8');
  return text.split('\n').map((line) => `mount ${line}`);
}

async function cgroups(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { mount } of await readHierarchies()) {
    const top = join(mount, 'farthing-lab');
    if (await exists(top)) {
      found.push(`cgroup ${top}`, ...(await readdir(top)).map((name) => `cgroup ${join(top, name)}`));
    }
  }
  return found;
}

async function processes(): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
    // An ended process that its parent has not asked after yet has no command line.
    if (command) {
      lines.push(`process ${pid} ${command}`);
    }
  }
  return lines;
}

async function settings(): Promise<readonly string[]> {
  const all = await run(['sysctl', '-a'], { accept: 'any' });
  // Counters, and what the kernel adjusts by itself.
  const moving =
    /random|\.ns_last_pid|nr|state|perf_event_max|sched_domain|hostname|domainname|lost_events|netns|conntrack_count|msg|dentry|quota/;
  return all.stdout.split('\n').filter((line) => /^(vm|kernel|fs|user)\./.test(line) && !moving.test(line.split(' = ')[0] ?? ''));
}
