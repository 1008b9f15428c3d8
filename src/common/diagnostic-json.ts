import type { Diagnostic } from './diagnostic.ts';
import { asFarthingError } from './error.ts';
import { errorCodes } from './error-codes.ts';

/** A problem or an error as `--json` prints it. Keys are absent rather than null. */
export interface ProblemJson {
  readonly code: string;
  readonly title: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly length?: number;
  readonly docs: string;
}

/** The JSON form of a diagnostic. */
export function diagnosticJson(diagnostic: Diagnostic): ProblemJson {
  return {
    code: diagnostic.code,
    title: errorCodes[diagnostic.code].title,
    severity: diagnostic.severity,
    message: diagnostic.message,
    ...(diagnostic.hint === undefined ? {} : { hint: diagnostic.hint }),
    ...diagnostic.location,
    docs: `docs/errors.md#${diagnostic.code.toLowerCase()}`,
  };
}

/** The JSON form of anything thrown. */
export function errorJson(thrown: unknown): ProblemJson {
  const { code, message, hint, location } = asFarthingError(thrown);
  return diagnosticJson({
    code,
    message,
    severity: 'error',
    ...(hint === undefined ? {} : { hint }),
    ...(location === undefined ? {} : { location }),
  });
}
