import { spawn } from 'node:child_process';
import { root } from './source-tree.ts';

/** How to run a command. */
export interface CommandOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Passes its output on as it comes instead of collecting it. Default false. */
  readonly show?: boolean;
  /** Milliseconds until it is told to end, and ten seconds later made to. */
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
    const timers = options.timeout === undefined ? [] : stopAfter(child.kill.bind(child), options.timeout, () => (timedOut = true));
    child.on('error', reject);
    child.on('close', (code) => {
      for (const timer of timers) clearTimeout(timer);
      resolve({ code, output, stdout, milliseconds: Date.now() - started, timedOut });
    });
  });
}

function stopAfter(kill: (signal: NodeJS.Signals) => void, timeout: number, said: () => void): NodeJS.Timeout[] {
  const ask = setTimeout(() => {
    said();
    kill('SIGTERM');
  }, timeout);
  return [ask, setTimeout(() => kill('SIGKILL'), timeout + 10_000)];
}
