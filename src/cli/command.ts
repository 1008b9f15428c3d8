import type { Clock, Environment, Processes, Redactor, Terminal } from '../common/index.ts';

/** What every command is given instead of `process`. */
export interface CommandContext {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly env: Environment;
  readonly terminal: Terminal;
  readonly redactor: Redactor;
  /** Aborted by the first Ctrl-C; the second ends the program at once. */
  readonly signal: AbortSignal;
  /** farthing's own version. */
  readonly version: string;
}

/** One option of a command, as commander writes it. */
export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
  /** May be given several times; values are collected. */
  readonly many?: boolean;
  /** Parsed to a number. */
  readonly number?: boolean;
}

/** What the command line said, by option name, and the positional arguments. */
export interface Invocation {
  readonly options: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
  /** Where the file is: `-f`, default `farthing.yaml`. */
  readonly file: string;
  readonly json: boolean;
  readonly yes: boolean;
  readonly verbose: boolean;
}

/** A command as data: its help is written here, its code is loaded when it is run. */
export interface CommandSpec {
  readonly name: string;
  /** As commander writes them: `[app]`, `<machine>`, `[command...]`. */
  readonly args?: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly options?: readonly OptionSpec[];
  /** Everything after the arguments is the remote command's, dashes included. */
  readonly passThrough?: boolean;
  readonly load: () => Promise<{ readonly run: CommandRun }>;
}

/** Runs a command; gives the exit code (0 when undefined). */
export type CommandRun = (invocation: Invocation, context: CommandContext) => Promise<number | undefined>;
