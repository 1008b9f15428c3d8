import { createRedactor, FarthingError } from '../common/index.ts';
import { runProgram } from './program.ts';
import { realClock, realEnvironment, realProcesses, realTerminal } from './real-ports.ts';

declare const __FARTHING_VERSION__: string | undefined;

const abort = new AbortController();
let interrupts = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupts += 1;
    if (interrupts > 1) process.exit(130);
    realTerminal.note('\nInterrupted: what is under way is brought to a safe stop; once more ends at once.\n');
    abort.abort(new Error('interrupted'));
  });
}
// A reader that has seen enough (`farthing logs | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

const argv = process.argv.slice(2);
const redactor = createRedactor();
const context = {
  clock: realClock,
  processes: realProcesses,
  env: realEnvironment,
  terminal: realTerminal,
  redactor,
  signal: abort.signal,
  version: typeof __FARTHING_VERSION__ === 'string' ? __FARTHING_VERSION__ : '0.0.0-dev',
};
try {
  if (argv.length === 0) argv.push('--help');
  process.exitCode = await runProgram(argv, context);
} catch (thrown) {
  // Loaded only now: a run that goes well does not pay for it.
  const { reportError } = await import('./report.ts');
  const interrupted = abort.signal.aborted && !(thrown instanceof FarthingError && thrown.code === 'FAR-CLI-003');
  const error = interrupted
    ? new FarthingError('FAR-CLI-003', 'interrupted; nothing was changed by this run, or what was begun is carried on by the same command')
    : thrown;
  process.exitCode = reportError(error, realTerminal, {
    json: argv.includes('--json'),
    verbose: argv.includes('--verbose') || argv.includes('-v'),
    redact: redactor.redact,
  });
}
if (abort.signal.aborted && process.exitCode === 0) process.exitCode = 130;
