import { parseArgs } from 'node:util';
import { isInterrupted, watchInterruption } from './interruption.ts';
import { readSourceTree } from './source-tree.ts';
import { addCounts, broken, type Counts, formatCounts, noTests } from './test-counts.ts';
import type { TestPart } from './test-part.ts';
import { testParts } from './test-parts.ts';

const usage = `npm test -- [options]
  --no-lab      leave out what boots machines (needs root and Linux)
  --only NAME   only this part; may be given more than once
  --keep-lab    use the lab that is up and leave it up
  --soak        the long forms of the tests that have one
`;

interface Ran {
  readonly name: string;
  readonly counts: Counts;
  readonly seconds: number;
  /** Why it could not run. */
  readonly missing?: string;
}

/** Runs the parts in order, whatever fails on the way, and ends with a line that counts all of them. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'no-lab': { type: 'boolean' },
      only: { type: 'string', multiple: true },
      'keep-lab': { type: 'boolean' },
      soak: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  if (values.soak) process.env.FARTHING_SOAK = '1';
  const parts = testParts(readSourceTree(), { keepLab: values['keep-lab'] ?? false }).filter(
    (part) => (!values['no-lab'] || !part.lab) && (!values.only || values.only.includes(part.name)),
  );
  watchInterruption();
  const ran: Ran[] = [];
  for (const part of parts) if (!isInterrupted()) ran.push(await runPart(part));
  report(ran);
}

async function runPart(part: TestPart): Promise<Ran> {
  process.stdout.write(`\n── ${part.name} ──\n`);
  const started = Date.now();
  const missing = await part.missing?.();
  const counts = missing ? noTests : await part.run().catch(failed);
  if (missing) process.stdout.write(`cannot run here: ${missing}\n`);
  return { name: part.name, counts, seconds: (Date.now() - started) / 1000, ...(missing ? { missing } : {}) };
}

function failed(error: unknown): Counts {
  process.stdout.write(`${error instanceof Error ? error.stack : error}\n`);
  return broken;
}

function report(ran: readonly Ran[]): void {
  const lines = ran.map(({ name, counts, seconds, missing }) => {
    const what = missing ? `did not run: ${missing}` : formatCounts(counts);
    return `${name.padEnd(18)}${seconds.toFixed(1).padStart(8)} s  ${what}\n`;
  });
  const total = addCounts(...ran.map((one) => one.counts));
  process.stdout.write(`\n${lines.join('')}\n${formatCounts(total)}\n`);
  process.exitCode = isInterrupted() ? 130 : total.failed > 0 || total.passed === 0 || ran.some((one) => one.missing) ? 1 : 0;
}

await main();
