import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline/promises';
import {
  type Background,
  type Clock,
  type Environment,
  FarthingError,
  type Processes,
  type ProcessOptions,
  type ProcessResult,
  type Terminal,
} from '../common/index.ts';

/** The system's clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

/** The user's environment. */
export const realEnvironment: Environment = {
  get: (name) => process.env[name],
  home: homedir(),
  cwd: process.cwd(),
  platform: process.platform,
};

/** The user's terminal: results on standard output, everything else on standard error. */
export const realTerminal: Terminal = {
  interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  columns: process.stderr.columns ?? 100,
  out: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(text),
  ask: async (question) => {
    if (!process.stdin.isTTY)
      throw new FarthingError('FAR-CLI-002', `this needs an answer: ${question.trim()}`, {
        hint: 'Run it in a terminal, or give the flag that answers it (see --help).',
      });
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return (await lines.question(question)).trim();
    } finally {
      lines.close();
    }
  },
};

/** Local processes, without a shell. A group of its own keeps Ctrl-C ours to handle. */
export const realProcesses: Processes = {
  run: (argv, options = {}) => start(argv, options).done,
  start,
  interact: (argv) =>
    new Promise((resolve, reject) => {
      const child = spawn(argv[0] as string, argv.slice(1), { stdio: 'inherit' });
      const ignore = () => {};
      process.on('SIGINT', ignore);
      child.on('error', reject);
      child.on('close', (code, signal) => {
        process.off('SIGINT', ignore);
        resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
      });
    }),
};

function start(argv: readonly string[], options: ProcessOptions = {}): Background {
  const child = spawn(argv[0] as string, argv.slice(1), {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
  });
  const kill = (signal: NodeJS.Signals = 'SIGTERM') => void child.kill(signal);
  const done = new Promise<ProcessResult>((resolve, reject) => {
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      const tell = name === 'stdout' ? options.onStdout : options.onStderr;
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        text[name] += chunk;
        tell?.(chunk);
      });
    }
    const timer = options.timeout === undefined ? undefined : setTimeout(() => kill('SIGKILL'), options.timeout);
    const abort = () => kill();
    options.signal?.addEventListener('abort', abort, { once: true });
    const end = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
    };
    child.on('error', (error) => {
      end();
      reject(error);
    });
    child.on('close', (code, signal) => {
      end();
      resolve({ code, signal, ...text });
    });
    // A program that does not read its input closes the pipe; that is its right.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    if (options.signal?.aborted) kill();
  });
  return { pid: child.pid ?? -1, done, kill };
}
