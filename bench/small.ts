import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { measure, program } from './measure.ts';
import { ms, type Verdict } from './report.ts';

const farthing = [process.execPath, fileURLToPath(new URL('../bin/farthing.js', import.meta.url))];

/** `farthing --help` against a Node that does nothing. */
export async function benchHelp(): Promise<Verdict> {
  const measured = await measure(
    [
      { name: 'node -e 0', run: program([process.execPath, '-e', '0']) },
      { name: 'farthing --help', run: program([...farthing, '--help']) },
    ],
    30,
  );
  const [bare, help] = measured;
  return {
    title: 'The start of the program',
    measured,
    what: 'farthing --help ÷ node -e 0',
    value: `${((help?.median ?? 0) / (bare?.median ?? 1)).toFixed(2)} ×`,
    promise: 'at most 1.6 ×',
  };
}

/** `farthing plan` against one `ssh true` to each machine of the file. */
export async function benchPlan(file: string): Promise<Verdict> {
  const targets = sshTargets(file);
  const measured = await measure(
    [
      ...targets.map(({ name, target }) => ({ name: `ssh ${name} true`, run: program(['ssh', '-o', 'ControlPath=none', target, 'true']) })),
      { name: 'farthing plan', run: program([...farthing, 'plan', '-f', file]) },
    ],
    10,
  );
  const slowest = Math.max(...measured.slice(0, -1).map((one) => one.median));
  return {
    title: `A plan for ${targets.length} machines`,
    measured,
    what: 'farthing plan − slowest ssh true',
    value: ms((measured.at(-1)?.median ?? 0) - slowest),
    promise: 'at most 400 ms',
  };
}

/** An `up` that finds nothing to do. The cluster must be up. */
export async function benchNoop(file: string): Promise<Verdict> {
  const targets = sshTargets(file);
  const measured = await measure(
    [
      ...targets.map(({ name, target }) => ({ name: `ssh ${name} true`, run: program(['ssh', '-o', 'ControlPath=none', target, 'true']) })),
      { name: 'farthing up (nothing to do)', run: program([...farthing, 'up', '--yes', '-f', file]) },
    ],
    10,
  );
  return {
    title: 'An `up` that finds nothing to do',
    measured,
    what: 'farthing up',
    value: ms(measured.at(-1)?.median ?? 0),
    promise: 'at most 2 s',
  };
}

/** The ssh targets of a farthing.yaml, read without farthing. */
export function sshTargets(file: string): { readonly name: string; readonly target: string }[] {
  const { machines } = parse(readFileSync(file, 'utf8')) as {
    readonly machines: Readonly<Record<string, { readonly ssh: string }>>;
  };
  return Object.entries(machines).map(([name, machine]) => ({ name, target: machine.ssh }));
}
