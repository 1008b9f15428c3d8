import type { Diagnostic, ErrorCode, Location } from '../common/index.ts';
import type { Note } from './types.ts';

/** Collects what is wrong and what deserves a remark while a project is read. */
export interface Problems {
  readonly diagnostics: readonly Diagnostic[];
  readonly notes: readonly Note[];
  /** FAR-COMPOSE-002 unless another code is given. */
  error(at: Location, message: string, hint?: string, code?: ErrorCode): void;
  warn(at: Location, message: string, hint?: string, code?: ErrorCode): void;
  note(key: string, at: Location, text: string): void;
  /** The same collector, speaking about one service. */
  of(service: string): Problems;
}

/** What to do when nothing more exact is known. */
const nextStep = 'docs/compose-support.md says what each key takes.';
const nextSteps: Partial<Record<ErrorCode, string>> = {
  'FAR-COMPOSE-001': 'Check the path under `compose:` in farthing.yaml, and that you may read the file.',
  'FAR-COMPOSE-003': 'Set it in the .env file beside the compose file, or export it before you run farthing.',
};

/** A new, empty collector. */
export function createProblems(): Problems {
  const diagnostics: Diagnostic[] = [];
  const notes: Note[] = [];
  const make = (service: string | undefined): Problems => {
    const add =
      (severity: Diagnostic['severity']) =>
      (location: Location, message: string, hint?: string, code: ErrorCode = 'FAR-COMPOSE-002') => {
        const text = service === undefined ? message : `service "${service}": ${message}`;
        diagnostics.push({ code, severity, message: text, location, hint: hint ?? nextSteps[code] ?? nextStep });
      };
    return {
      diagnostics,
      notes,
      error: add('error'),
      warn: add('warning'),
      note: (key, at, text) => notes.push({ key, at, text, ...(service === undefined ? {} : { service }) }),
      of: make,
    };
  };
  return make(undefined);
}
