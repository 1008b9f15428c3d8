import { Command, CommanderError, Option } from 'commander';
import { FarthingError } from '../common/index.ts';
import type { CommandContext, CommandSpec, Invocation } from './command.ts';
import { commands as all } from './commands.ts';

const intro = `farthing turns one file, farthing.yaml, into a small and very cheap Kubernetes (K3s) cluster
and runs your Docker Compose services on it.`;

const exits = `
Exit codes:
  0 done · 1 failed · 2 the file or the command line is wrong · 130 interrupted

Start here:
  $ farthing init
  $ farthing plan
  $ farthing up
`;

/** Parses `argv` (without node and script) and runs the command; gives the exit code. Throws FarthingError. */
export async function runProgram(
  argv: readonly string[],
  context: CommandContext,
  commands: readonly CommandSpec[] = all,
): Promise<number> {
  let exit = 0;
  const program = new Command('farthing')
    .description(intro)
    .version(context.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', exits)
    .showSuggestionAfterError()
    .enablePositionalOptions();
  program.commandsGroup('Commands:');
  for (const spec of commands) {
    program.addCommand(
      commandOf(spec, async (invocation) => {
        const { run } = await spec.load();
        exit = (await run(invocation, context)) ?? 0;
      }),
    );
  }
  quiet(program, context);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return 0;
    if (thrown.code === 'commander.help') return 2;
    throw new FarthingError('FAR-CLI-001', thrown.message.replace(/^error: /, ''), {
      hint: 'See `farthing --help`, or `farthing <command> --help`.',
    });
  }
  return exit;
}

function commandOf(spec: CommandSpec, run: (invocation: Invocation) => Promise<void>): Command {
  const command = new Command(spec.name).summary(spec.summary).description(`${spec.summary[0]?.toUpperCase()}${spec.summary.slice(1)}.`);
  for (const argument of spec.args?.split(' ') ?? []) command.argument(argument);
  command.option('-f, --file <path>', 'the file that describes the cluster', 'farthing.yaml');
  for (const option of spec.options ?? []) {
    const made = new Option(option.flags, option.description);
    if (option.many) made.default([] as string[], 'none').argParser((value: string, before: string[]) => [...before, value]);
    if (option.number) made.argParser(number);
    command.addOption(made);
  }
  command
    .option('--json', 'print the result as JSON on standard output')
    .option('-y, --yes', 'do not ask')
    .option('-v, --verbose', 'show more, and the stack of an error')
    .addHelpText('after', `\nExamples:\n${spec.examples.map((example) => `  $ ${example}\n`).join('')}`);
  if (spec.passThrough) command.passThroughOptions();
  return command.action(async (...given: unknown[]) => {
    const options = command.opts<Record<string, unknown>>();
    // `--` only says where farthing's own options end.
    const args = command.processedArgs
      .flatMap((arg: unknown) => (spec.passThrough && Array.isArray(arg) && arg[0] === '--' ? arg.slice(1) : arg))
      .filter((arg): arg is string => typeof arg === 'string');
    void given;
    await run({
      options,
      args,
      file: String(options.file),
      json: options.json === true,
      yes: options.yes === true,
      verbose: options.verbose === true,
    });
  });
}

function number(value: string): number {
  if (!/^\d+$/.test(value))
    throw new FarthingError('FAR-CLI-001', `not a whole number: ${value}`, {
      hint: 'See `farthing --help`, or `farthing <command> --help`.',
    });
  return Number(value);
}

/** Errors are thrown to the caller instead of printed and exited, in every command. */
function quiet(command: Command, context: CommandContext): void {
  command.exitOverride().configureOutput({
    writeOut: context.terminal.out,
    writeErr: () => {},
    outputError: () => {},
    getOutHelpWidth: () => context.terminal.columns,
    getErrHelpWidth: () => context.terminal.columns,
  });
  for (const child of command.commands) quiet(child, context);
}
