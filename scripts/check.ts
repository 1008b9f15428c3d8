import { errorCodes } from '../src/common/index.ts';
import { checkErrors } from './check-errors.ts';
import { checkFiles } from './check-files.ts';
import { type Check, type CheckOutcome, fromCommand, fromProblems } from './check-outcome.ts';
import { checkPorts } from './check-ports.ts';
import { checkRooms } from './check-rooms.ts';
import { checkShell } from './check-shell.ts';
import { checkWords } from './check-words.ts';
import { checkGenerated } from './generated-docs.ts';
import { readSourceTree } from './source-tree.ts';

const files = readSourceTree();
const checks: readonly Check[] = [
  { name: 'types', run: () => fromCommand(['node_modules/.bin/tsc', '-p', '.']) },
  {
    name: 'lint and format',
    run: () => fromCommand(['node_modules/.bin/biome', 'ci', '--error-on-warnings', '--diagnostic-level=warn', '--colors=off']),
  },
  { name: 'unused code', run: () => fromCommand(['node_modules/.bin/knip', '--no-progress', '--treat-config-hints-as-errors']) },
  { name: 'rooms', run: () => fromProblems(checkRooms(files)) },
  { name: 'ports', run: () => fromProblems(checkPorts(files)) },
  { name: 'no shell strings', run: () => fromProblems(checkShell(files)) },
  { name: 'file names and sizes', run: () => fromProblems(checkFiles(files)) },
  { name: 'words', run: () => fromProblems(checkWords(files)) },
  { name: 'docs of errors', run: () => fromProblems(checkErrors(files, errorCodes)) },
  { name: 'generated docs', run: async () => fromProblems(await checkGenerated(files)) },
];

/** Runs every check and prints those that found something; the last line counts them as tests are counted. */
async function main(): Promise<void> {
  const started = Date.now();
  const outcomes = await Promise.all(checks.map(outcomeOf));
  for (const { name, text, failed } of outcomes) {
    process.stdout.write(`${failed ? '✗' : '✓'} ${name}\n`);
    if (text) process.stdout.write(`${text.trimEnd().replaceAll(/^/gm, '    ')}\n`);
  }
  const failed = outcomes.filter((outcome) => outcome.failed).length;
  process.stdout.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n${outcomes.length - failed} passed, ${failed} failed\n`);
  process.exitCode = failed ? 1 : 0;
}

/** A check that breaks has failed; the others still have their say. */
async function outcomeOf({ name, run }: Check): Promise<CheckOutcome> {
  try {
    return { ...(await run()), name };
  } catch (error) {
    return { name, failed: true, text: String(error) };
  }
}

await main();
