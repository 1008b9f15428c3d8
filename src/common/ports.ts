/**
 * The ways farthing touches the world. Rooms take these as arguments; the real ones are built in
 * `cli` and in entry files only, so that everything else can be tested without sleeping, without a
 * terminal and without the user's home.
 */

/** Time. `now` in milliseconds since the epoch; `sleep` ends early (rejecting) when aborted. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What a finished process left behind. `code` is null when a signal ended it. */
export interface ProcessResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to start a process. */
export interface ProcessOptions {
  /** Bytes for its standard input; nothing is inherited. */
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Milliseconds until it is killed. */
  readonly timeout?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with each chunk of output as it comes. */
  readonly onStdout?: (chunk: string) => void;
  readonly onStderr?: (chunk: string) => void;
}

/** A process that goes on beside us. */
export interface Background {
  readonly pid: number;
  readonly done: Promise<ProcessResult>;
  kill(signal?: NodeJS.Signals): void;
}

/** Local processes. `argv[0]` is the program; no shell is involved. */
export interface Processes {
  run(argv: readonly string[], options?: ProcessOptions): Promise<ProcessResult>;
  start(argv: readonly string[], options?: ProcessOptions): Background;
  /** Runs with our own terminal as its standard streams; gives its exit code. */
  interact(argv: readonly string[]): Promise<number>;
}

/** The environment a user gave us. */
export interface Environment {
  get(name: string): string | undefined;
  /** The user's home folder. */
  readonly home: string;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
}

/** The terminal. Results go to `out` (stdout); everything else to `note` (stderr). */
export interface Terminal {
  readonly interactive: boolean;
  readonly columns: number;
  /** Writes to standard output, as is. */
  out(text: string): void;
  /** Writes to standard error, as is. */
  note(text: string): void;
  /** Asks one line; rejects with FAR-CLI-002 without a terminal. */
  ask(question: string): Promise<string>;
}
