import { existsSync, rmSync } from 'node:fs';
import pLimit from 'p-limit';
import { type Clock, FarthingError, type Processes, type ProcessResult, Sealed } from '../common/index.ts';
import { callProcess } from './call-process.ts';
import { type Callee, explainFailure, explainSudo } from './explain-failure.ts';
import { openForward } from './forward.ts';
import { quoteWord } from './quote.ts';
import { remoteCommand, wrapScript } from './remote-command.ts';
import { writeScript } from './scripts.ts';
import { type Connection, sshOptions } from './ssh-options.ts';
import type { RunOptions, Shell } from './types.ts';
import { uploadFile } from './upload.ts';

/** What a shell needs beside its connection. */
export interface ShellPorts {
  readonly processes: Processes;
  readonly clock: Clock;
  /** Takes known secrets out of a text before it goes into an error. */
  readonly redact: (text: string) => string;
}

/** sshd lets ten sessions share a connection (MaxSessions); two are left for the user's own. */
const channels = 8;
const tailLines = 20;

/** A shell over one connection. Nothing is sent until the first command, which is the connection. */
export function openShell(callee: Callee, connection: Connection, ports: ShellPorts): Shell {
  const { processes, clock } = ports;
  const limit = pLimit(channels);
  const argv = (remote: string, shared = true) => ['ssh', ...sshOptions(connection, shared), connection.target, '--', remote];
  const socket = connection.socket;
  let connecting = false;

  /** Lets the first command make the connection and holds the others until they can share it. */
  async function turn(signal?: AbortSignal): Promise<() => void> {
    while (socket !== undefined && !existsSync(socket)) {
      if (!connecting) {
        connecting = true;
        return () => {
          connecting = false;
        };
      }
      await clock.sleep(10, signal);
    }
    return () => {};
  }

  async function call(remote: string, input: string | Uint8Array, options: RunOptions, shared = true): Promise<ProcessResult> {
    const done = shared ? await turn(options.signal) : () => {};
    try {
      return await callProcess(processes, argv(remote, shared), input, { timeout: 60_000, ...options });
    } finally {
      done();
    }
  }

  function check(result: ProcessResult, options: RunOptions): ProcessResult {
    if (result.code !== null && (options.ok ?? [0]).includes(result.code)) return result;
    options.signal?.throwIfAborted();
    const ssh = result.code === 255 ? explainFailure(callee, result.stderr) : undefined;
    const known = ssh ?? explainSudo(callee, result.stderr);
    if (known) throw known;
    const how = result.code === null ? 'did not end in time' : `ended with exit code ${result.code}`;
    const lines = [result.stdout, result.stderr].flatMap((text) => (text.trim() === '' ? [] : text.trimEnd().split('\n')));
    const tail = lines.slice(-tailLines).join('\n');
    throw new FarthingError('FAR-SSH-006', `a command on ${callee.machine} ${how}${tail ? `:\n${ports.redact(tail)}` : ''}`);
  }

  async function run(script: string, options: RunOptions = {}): Promise<ProcessResult> {
    const how = { root: options.root ?? true, args: options.args ?? [] };
    const input = options.input instanceof Sealed ? options.input.reveal() : options.input;
    return await limit(async () => {
      options.signal?.throwIfAborted();
      const result =
        input === undefined
          ? await call(remoteCommand(undefined, how), wrapScript(script), options)
          : await call(remoteCommand(script, how), input, options);
      return check(result, options);
    });
  }

  const shell: Shell = {
    machine: callee.machine,
    target: callee.target,
    run,
    write: async (path, content, options) => {
      const input = content instanceof Sealed ? content.reveal() : content;
      const args = [path, options.mode.toString(8), options.owner ?? '', String(Buffer.byteLength(input))];
      await run(writeScript, { args, input, ...(options.signal ? { signal: options.signal } : {}) });
    },
    upload: (local, path, options) => uploadFile(run, local, path, options),
    forward: async (host, port, options = {}) => {
      await run(':', { root: false });
      return await openForward({ callee, connection, ports, run }, { host, port, ...options });
    },
    command: (remote, options = {}) => [
      'ssh',
      ...sshOptions(connection),
      ...(options.tty ? ['-tt'] : []),
      connection.target,
      ...(remote.length ? ['--', remote.map(quoteWord).join(' ')] : []),
    ],
    knock: async (options = {}) => {
      const result = await call('true', '', { timeout: 20_000, ...options }, false);
      check(result, {});
    },
    close: async () => {
      if (socket === undefined || !existsSync(socket)) return;
      await processes.run(['ssh', ...sshOptions(connection), '-O', 'exit', connection.target], { timeout: 5000 });
      rmSync(socket, { force: true });
    },
  };
  return shell;
}
