import { type ErrorCode, errorCodes } from './error-codes.ts';

/** A place in a file a person wrote: path as shown to them; line and column count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many characters the caret underlines; 1 when unknown. */
  readonly length?: number;
}

/** What an error may carry beside its text. */
export interface ErrorDetail {
  /** The next step a person can take, as a sentence or a command. */
  readonly hint?: string;
  readonly location?: Location;
  readonly cause?: unknown;
}

/**
 * The one error class of farthing. The audience follows from the code: FAR-BUG is ours (shown with
 * a stack), exit code 2 is the user's file or command line, everything else is the world outside.
 */
export class FarthingError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly location: Location | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'FarthingError';
    this.code = code;
    this.hint = detail.hint;
    this.location = detail.location;
  }

  /** The program's exit code when this error ends it. */
  get exit(): number {
    return errorCodes[this.code].exit;
  }

  /** The page that explains this code. */
  get docs(): string {
    return `docs/errors.md#${this.code.toLowerCase()}`;
  }
}

/** Whatever was thrown, as a FarthingError; unknown things become FAR-BUG-001 with their cause. */
export function asFarthingError(thrown: unknown): FarthingError {
  if (thrown instanceof FarthingError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new FarthingError('FAR-BUG-001', message, {
    cause: thrown,
    hint: 'Please report this with the command you ran and the stack below.',
  });
}
