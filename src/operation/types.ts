/** Something a person would miss: shown in the plan, in capitals of meaning if not of letters. */
export interface Destruction {
  /** "volume stats/db-data on big". */
  readonly what: string;
  /** Bytes, when known. */
  readonly size?: number;
}

/** What an operation is about; decides in which lane it runs (one lane a machine, one for the cluster). */
export interface Target {
  readonly machine?: string;
  readonly app?: string;
}

/**
 * One change, as plain data: what is printed is what runs. Made by `plan`, run by `apply` through
 * the handler of its kind.
 */
export interface Operation<Data = unknown> {
  /** Unique in a plan and the same each time for the same change, e.g. `host.firewall:micro-1`. */
  readonly id: string;
  readonly kind: string;
  /** Imperative, for a person: "Open the firewall of micro-1 to the other nodes". */
  readonly title: string;
  /** Why it is needed: "udp 8472 from big is rejected by rule 6 of INPUT". */
  readonly why: string;
  readonly target: Target;
  /** What it may change, in words: paths, rules, objects. */
  readonly touches: readonly string[];
  readonly destroys: readonly Destruction[];
  /** Ids of operations that must be done first. Ids that are not in the plan are already done. */
  readonly after: readonly string[];
  /** Fingerprint of what was seen and will be looked at again before it runs; '' when nothing is assumed. */
  readonly assumes: string;
  /** What the handler needs. Secrets in it are `Sealed`. */
  readonly data: Data;
}

/** What a look before (or after) the change found. */
export type Found = { readonly state: 'done' } | { readonly state: 'pending'; readonly fingerprint: string };

/** What every handler gets while it runs. */
export interface RunContext {
  readonly signal: AbortSignal;
  /** One line about where it is, for the progress display. */
  progress(line: string): void;
}

/**
 * How one kind of operation is carried out. Each step can be stopped anywhere and run again:
 * `find` looks (and never writes), `ensure` makes it so, `verify` looks again from outside and
 * throws a FarthingError when it is not so.
 */
export interface Handler<Data = never> {
  readonly kind: string;
  find(operation: Operation<Data>, context: RunContext): Promise<Found>;
  ensure(operation: Operation<Data>, context: RunContext): Promise<void>;
  verify(operation: Operation<Data>, context: RunContext): Promise<void>;
}

/** A handler whose data type has been forgotten, for tables of handlers. */
// biome-ignore lint/suspicious/noExplicitAny: the table is keyed by kind, which fixes the type again
export type AnyHandler = Handler<any>;

/**
 * Something a look at the world brought up. `refuse` stops the plan; `mend` is one that an
 * operation in the plan takes care of; `note` is only said.
 */
export interface Finding {
  readonly severity: 'refuse' | 'mend' | 'note';
  /** Stable word for tests and --json: `memory-low`, `firewall-blocks`, … */
  readonly id: string;
  readonly machine?: string;
  readonly message: string;
  readonly hint?: string;
}

/** Something that could not be looked at. `up` refuses to act while one that matters is open. */
export interface Unknown {
  readonly what: string;
  readonly reason: string;
  readonly matters: boolean;
}
