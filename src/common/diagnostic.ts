import type { Location } from './error.ts';
import type { ErrorCode } from './error-codes.ts';

/**
 * One problem found while reading what a person wrote. Validation collects these instead of
 * throwing, so that one run reports all of them.
 */
export interface Diagnostic {
  readonly code: ErrorCode;
  /** Errors stop the plan; warnings are shown and do not. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** The next step. */
  readonly hint?: string;
  readonly location?: Location;
}

/** By file, then line, then column; those without a place come last. Stable. */
export function sortDiagnostics(list: readonly Diagnostic[]): Diagnostic[] {
  const key = (d: Diagnostic) => d.location?.file ?? '\uffff';
  return [...list].sort(
    (a, b) =>
      compare(key(a), key(b)) || (a.location?.line ?? 0) - (b.location?.line ?? 0) || (a.location?.column ?? 0) - (b.location?.column ?? 0),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
