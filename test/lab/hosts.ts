import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readLab } from '../../lab/state.ts';

const exec = promisify(execFile);

/** Runs a script as root on a lab host, over ssh as anybody would; gives its standard output. */
export async function onHost(name: string, script: string): Promise<string> {
  const host = (await readLab()).hosts.find((entry) => entry.name === name);
  if (!host) throw new Error(`no host ${name}`);
  const running = exec('ssh', ['-q', '-o', 'BatchMode=yes', `${host.user}@${host.address}`, 'sudo -n sh -s'], {
    maxBuffer: 64 * 1024 * 1024,
  });
  // kubectl's cache would stay in root's home, and these are tests of what stays.
  running.child.stdin?.end(`export KUBECACHEDIR=/run/kubectl-of-tests\n${script}`);
  return (await running).stdout;
}

/** Runs a program in the lab's network (the laptop, the world); gives its exit code and output, never throws for a code. */
export async function inWorld(argv: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [command = '', ...args] = argv;
  return new Promise((resolve) => {
    execFile(command, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({ code, stdout, stderr });
    });
  });
}
