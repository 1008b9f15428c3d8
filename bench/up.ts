import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Measured, summarise } from './measure.ts';
import { ms, type Verdict } from './report.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsx = [process.execPath, `${root}node_modules/tsx/dist/cli.mjs`];
const env = { ...process.env, FARTHING_LAB: process.env.FARTHING_LAB ?? 'farthing-bench' };

/**
 * Bare hosts to all nodes Ready, by farthing and by hand, in turns, each on hosts that have just
 * been booted. Root and Linux; brings up a lab of its own (warm it once before: a cold one builds).
 */
export async function benchUp(times = 3): Promise<Verdict> {
  const hand: number[] = [];
  const steps: Record<string, number[]> = {};
  const farthing: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    await onFreshLab(async () => {
      const taken = JSON.parse(await run([...tsx, 'lab/main.ts', 'exec', '--', ...tsx, 'bench/by-hand.ts'])) as Record<string, number>;
      for (const [step, time] of Object.entries(taken)) steps[step] = [...(steps[step] ?? []), time];
      hand.push(Object.values(taken).reduce((sum, time) => sum + time, 0));
    });
    await onFreshLab(async () => {
      const file = (await run([...tsx, 'lab/main.ts', 'exec', '--', ...tsx, 'bench/lab-home.ts'])).trim();
      const started = performance.now();
      await run([...tsx, 'lab/main.ts', 'exec', '--', process.execPath, 'bin/farthing.js', 'up', '--yes', '-f', file]);
      farthing.push(performance.now() - started);
    });
  }
  const byHand = summarise('by hand, together', hand);
  const byFarthing = summarise('farthing up', farthing);
  const measured: Measured[] = [...Object.entries(steps).map(([step, list]) => summarise(`by hand: ${step}`, list)), byHand, byFarthing];
  return {
    title: 'From bare hosts to all nodes Ready',
    measured,
    what: 'farthing up ÷ by hand',
    value: `${(byFarthing.median / byHand.median).toFixed(2)} × (${ms(byFarthing.median)} and ${ms(byHand.median)})`,
    promise: 'at most 1.3 ×',
  };
}

async function onFreshLab(work: () => Promise<void>): Promise<void> {
  await run([...tsx, 'lab/main.ts', 'up']);
  try {
    await work();
  } finally {
    await run([...tsx, 'lab/main.ts', 'down']);
  }
}

function run(argv: readonly string[]): Promise<string> {
  const [command = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${argv.slice(2).join(' ')} ended with ${code}`))));
  });
}
