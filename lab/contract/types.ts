import type { Bench } from './bench.ts';

/** What one check found. A skip says why; it is no failure. */
export type Verdict =
  | { readonly kind: 'pass'; readonly found: string }
  | { readonly kind: 'fail'; readonly expected: string; readonly found: string }
  | { readonly kind: 'skip'; readonly reason: string };

/** One promise of K3s to the outside, and how to look whether the host keeps it. */
export interface Check {
  /** `group.name`, stable: known differences refer to it. */
  readonly id: string;
  /** The contract in one line, as a reader would say it. */
  readonly contract: string;
  /** Looks, and changes nothing that a later check relies on. A throw counts as a failure. */
  readonly run: (bench: Bench) => Promise<Verdict>;
}

/** A state of the hosts that several checks look at. */
export interface Scene {
  readonly name: string;
  /** Why the scene cannot be played here, or undefined. */
  readonly skip?: (bench: Bench) => string | undefined;
  /** Brings the hosts into the state; when it throws, the scene's checks fail with its words. */
  readonly enter: (bench: Bench) => Promise<void>;
  readonly checks: readonly Check[];
  /** Runs whatever happened before. */
  readonly leave?: (bench: Bench) => Promise<void>;
}

/** A check's line in the report. `known` is a failure that is listed as a difference of the stand-in. */
export type Status = 'pass' | 'fail' | 'skip' | 'known';

/** The outcome of one check, as printed and as JSON. */
export interface Result {
  readonly id: string;
  readonly scene: string;
  readonly contract: string;
  readonly status: Status;
  readonly found: string;
  readonly expected?: string;
  /** Why a failure is known, or why a listed difference should be taken off the list. */
  readonly note?: string;
  readonly seconds: number;
}
