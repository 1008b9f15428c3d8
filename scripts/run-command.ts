import { spawn } from 'node:child_process';
import { root } from './source-tree.ts';

/** How to run a command. */
export interface CommandOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Passes its output on as it comes instead of collecting it. Default false. */
  readonly show?: boolean;
  /**
   * Milliseconds until it and all it started are told to end, and ten seconds later made to. So is
   * it when this process is interrupted: it is in a process group of its own.
   */
  readonly timeout?: number;
}

/** What became of it. `code` is null when a signal ended it. */
export interface CommandResult {
  readonly code: number | null;
  /** Standard output and standard error as they came; empty when shown. */
  readonly output: string;
  /** Standard output alone. */
  readonly stdout: string;
  readonly milliseconds: number;
  readonly timedOut: boolean;
}

/** Runs a program of this repository's checks and tests in its root folder, without a shell and without a standard input. */
export function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...args] = argv;
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...options.env },
      detached: options.timeout !== undefined,
      stdio: ['ignore', options.show ? 'inherit' : 'pipe', options.show ? 'inherit' : 'pipe'],
    });
    let output = '';
    let stdout = '';
    let timedOut = false;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const guard = options.timeout === undefined ? undefined : guardGroup(child.pid, options.timeout, () => (timedOut = true));
    child.on('error', reject);
    child.on('close', (code) => {
      guard?.();
      resolve({ code, output, stdout, milliseconds: Date.now() - started, timedOut });
    });
  });
}

/** Ends a process group when its time is up or when we are told to end; gives what takes this watch away again. */
function guardGroup(pid: number | undefined, timeout: number, said: () => void): () => void {
  const end = (signal: NodeJS.Signals): void => {
    try {
      if (pid !== undefined) process.kill(-pid, signal);
    } catch {
      // It has ended by itself.
    }
  };
  const ask = setTimeout(() => {
    said();
    end('SIGTERM');
  }, timeout);
  const make = setTimeout(() => end('SIGKILL'), timeout + 10_000);
  const interrupted = (signal: NodeJS.Signals): void => end(signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupted);
  return () => {
    clearTimeout(ask);
    clearTimeout(make);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
  };
}
