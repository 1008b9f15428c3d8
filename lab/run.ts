import { spawn } from 'node:child_process';

/** How to run a command. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Exit codes other than 0 that are an answer and not a failure; `any` accepts all. */
  readonly accept?: readonly number[] | 'any';
}

/** What a command answered. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const tailLines = 15;

/** Runs a command without a shell and collects what it says. Throws, with the last lines of stderr, when it fails. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [command = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.stdin.on('error', () => {
      // The command may end without reading its input; its exit code tells.
    });
    child.stdin.end(options.input ?? '');
    child.on('close', (exit, signal) => {
      const code = exit ?? 128;
      const accept = options.accept ?? [];
      if (code === 0 || accept === 'any' || accept.includes(code)) {
        resolve({ code, stdout, stderr });
        return;
      }
      const how = signal ? `was killed by ${signal}` : `failed with exit code ${code}`;
      const words = (stderr || stdout).trimEnd().split('\n').slice(-tailLines).join('\n');
      reject(new Error(`${argv.join(' ')} ${how}${words ? `:\n${words}` : ''}`));
    });
  });
}
