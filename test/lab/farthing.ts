import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a run of the program left behind. */
export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A laptop in the lab's network (where these tests run): its own home, so that runs do not see each other's conveniences. */
export interface Laptop {
  readonly home: string;
  /** Runs `farthing …` to its end. */
  farthing(args: readonly string[], options?: { readonly cwd?: string; readonly env?: Record<string, string> }): Promise<Ran>;
  /** Starts `farthing …`; for killing it. */
  start(args: readonly string[]): { readonly child: ChildProcess; readonly done: Promise<Ran> };
  dispose(): void;
}

const program = new URL('../../bin/farthing.js', import.meta.url).pathname;

/** Makes a laptop. */
export function laptop(): Laptop {
  const home = mkdtempSync(join(tmpdir(), 'farthing-home-'));
  const start = (args: readonly string[], options: { readonly cwd?: string; readonly env?: Record<string, string> } = {}) => {
    const env = {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_STATE_HOME: join(home, '.local/state'),
      XDG_RUNTIME_DIR: join(home, 'run'),
      NO_COLOR: '1',
      ...options.env,
    };
    const child = spawn(process.execPath, [program, ...args], {
      cwd: options.cwd ?? home,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const done = new Promise<Ran>((resolve, reject) => {
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { child, done };
  };
  return {
    home,
    farthing: (args, options) => start(args, options).done,
    start,
    dispose: () => rmSync(home, { recursive: true, force: true }),
  };
}
