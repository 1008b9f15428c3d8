import type { FarthingError } from '../common/index.ts';
import type { Operation } from '../operation/index.ts';

/** What happens while a plan runs, for progress displays and the audit log. */
export type ApplyEvent =
  | { readonly kind: 'started'; readonly operation: Operation; readonly at: number }
  | { readonly kind: 'progress'; readonly operation: Operation; readonly at: number; readonly line: string }
  | { readonly kind: 'already'; readonly operation: Operation; readonly at: number }
  | { readonly kind: 'done'; readonly operation: Operation; readonly at: number; readonly took: number }
  | { readonly kind: 'failed'; readonly operation: Operation; readonly at: number; readonly error: FarthingError }
  | { readonly kind: 'skipped'; readonly operation: Operation; readonly at: number; readonly because: string };

/** How a run ended. */
export interface Outcome {
  readonly state: 'done' | 'failed' | 'interrupted';
  readonly done: readonly string[];
  /** Found done already when their turn came. */
  readonly already: readonly string[];
  readonly failed: readonly { readonly operation: Operation; readonly error: FarthingError }[];
  readonly skipped: readonly string[];
}
