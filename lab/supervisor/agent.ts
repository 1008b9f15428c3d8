import { spawn } from 'node:child_process';
import { exists } from '../cache.ts';
import { labPaths } from '../config.ts';
import { run } from '../run.ts';
import { waitFor } from '../wait.ts';

/** Starts an ssh-agent that holds the lab user's key. It ends with the lab's cgroup. */
export async function startAgent(): Promise<void> {
  const { ssh } = labPaths();
  spawn('ssh-agent', ['-D', '-a', ssh.agent], { stdio: 'ignore' });
  await waitFor('the ssh agent', async () => ((await exists(ssh.agent)) ? true : undefined), {
    seconds: 10,
    everyMs: 20,
  });
  await run(['ssh-add', '-q', ssh.key], { env: { SSH_AUTH_SOCK: ssh.agent } });
}
