import { spawn } from 'node:child_process';

/** One way of doing something, timed. */
export interface Contender {
  readonly name: string;
  /** Does it once. Throws when it fails: a failure is no measurement. */
  readonly run: () => Promise<unknown>;
}

/** What was measured, in milliseconds. */
export interface Measured {
  readonly name: string;
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  readonly times: number;
}

/** Runs the contenders in turns, so that whatever else the machine does falls on all of them, after one turn that warms up. */
export async function measure(contenders: readonly Contender[], times: number): Promise<Measured[]> {
  const taken = contenders.map(() => [] as number[]);
  for (let turn = 0; turn <= times; turn += 1) {
    for (const [index, contender] of contenders.entries()) {
      const started = performance.now();
      await contender.run();
      if (turn > 0) taken[index]?.push(performance.now() - started);
    }
  }
  return contenders.map(({ name }, index) => summarise(name, taken[index] ?? []));
}

/** Median and extremes of a list of times. */
export function summarise(name: string, list: readonly number[]): Measured {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (index: number) => sorted[Math.max(0, Math.min(sorted.length - 1, index))] ?? Number.NaN;
  return { name, median: at(Math.floor(sorted.length / 2)), fastest: at(0), slowest: at(sorted.length - 1), times: sorted.length };
}

/** A program as a contender's work: runs it with its output thrown away, and throws when it fails. */
export function program(argv: readonly string[], accept: readonly number[] = [0]): () => Promise<string> {
  const [command = '', ...args] = argv;
  return () =>
    new Promise((resolve, reject) => {
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '';
      let err = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        err += text;
      });
      child.on('error', reject);
      child.on('close', (code) =>
        accept.includes(code ?? -1) ? resolve(out) : reject(new Error(`${argv.join(' ')} ended with ${code}:\n${err.slice(-2000)}`)),
      );
    });
}
