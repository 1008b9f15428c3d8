import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Processes } from '../common/index.ts';

/**
 * The host key a machine shows, as `ssh-ed25519 AAAA…`; undefined when it could not be had. A
 * connection that never logs in: unlike ssh-keyscan it goes through the user's jump hosts.
 */
export async function offeredKey(
  machine: { readonly target: string; readonly port?: number },
  ports: { readonly processes: Processes },
): Promise<string | undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'farthing-key-'));
  const file = join(dir, 'key');
  const options = [
    'BatchMode=yes',
    'ConnectTimeout=10',
    'LogLevel=ERROR',
    'StrictHostKeyChecking=accept-new',
    'HashKnownHosts=no',
    'HostKeyAlias=offered',
    'CheckHostIP=no',
    'UpdateHostKeys=no',
    `UserKnownHostsFile=${file}`,
    'GlobalKnownHostsFile=/dev/null',
    'PreferredAuthentications=none',
    'PubkeyAuthentication=no',
    'ControlMaster=no',
    'ControlPath=none',
    'ClearAllForwardings=yes',
  ].flatMap((option) => ['-o', option]);
  try {
    const port = machine.port === undefined ? [] : ['-p', String(machine.port)];
    await ports.processes.run(['ssh', ...options, ...port, machine.target, '--', 'true'], { timeout: 20_000 });
    const line = readFileSync(file, 'utf8').split('\n')[0] ?? '';
    return line.startsWith('offered ') ? line.slice('offered '.length).trim() : undefined;
  } catch {
    return undefined;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
