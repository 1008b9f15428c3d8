import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import { broken, type Counts, countVitest } from './test-counts.ts';

/** One part of `npm test`. */
export interface TestPart {
  readonly name: string;
  /** True when it boots machines: `--no-lab` leaves it out. */
  readonly lab?: boolean;
  /** Why it cannot run on this machine, if it cannot. */
  readonly missing?: () => string | undefined | Promise<string | undefined>;
  readonly run: () => Promise<Counts>;
}

/** How to run vitest for a part. */
export interface VitestOptions {
  readonly project: string;
  /** The program and arguments that run Node. Default: this Node. */
  readonly node?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds for the whole part. */
  readonly timeout: number;
}

/** Runs one vitest project with its output shown, and counts its tests from the JSON report. */
export async function runVitest({ project, node = [process.execPath], env = {}, timeout }: VitestOptions): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'farthing-test-'));
  const report = join(folder, 'report.json');
  const argv = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, '--reporter=default', '--reporter=json'];
  try {
    const { timedOut } = await runCommand([...node, ...argv, `--outputFile.json=${report}`], { show: true, env, timeout });
    if (timedOut) process.stdout.write(`stopped after ${timeout / 60_000} minutes\n`);
    return countVitest(readFileSync(report, 'utf8'));
  } catch (error) {
    process.stdout.write(`there is no report of this part: ${error}\n`);
    return broken;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
