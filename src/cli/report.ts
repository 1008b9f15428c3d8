import pc from 'picocolors';
import {
  type Diagnostic,
  diagnosticJson,
  errorCodes,
  errorJson,
  FarthingError,
  renderDiagnostics,
  renderError,
  sortDiagnostics,
  type Terminal,
} from '../common/index.ts';

/** Several problems of the user's files as one throwable thing. */
export class DiagnosticsError extends FarthingError {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;

  constructor(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>) {
    const first = diagnostics.find((d) => d.severity === 'error') ?? (diagnostics[0] as Diagnostic);
    super(first.code, first.message);
    this.diagnostics = sortDiagnostics(diagnostics);
    this.sources = sources;
  }

  /** 2 when any of them is the file's fault. */
  override get exit(): number {
    return Math.max(...this.diagnostics.filter((d) => d.severity === 'error').map((d) => errorCodes[d.code].exit), 1);
  }
}

/** How an error is to be shown. */
export interface ReportOptions {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly redact: (text: string) => string;
}

/** Prints what ended the program, once, and gives its exit code. With `--json` it is on standard output: `{errors: […]}`. */
export function reportError(thrown: unknown, terminal: Terminal, options: ReportOptions): number {
  const text = { color: pc.isColorSupported, stack: options.verbose };
  if (thrown instanceof DiagnosticsError) {
    if (options.json) terminal.out(`${options.redact(JSON.stringify({ errors: thrown.diagnostics.map(diagnosticJson) }))}\n`);
    else terminal.note(options.redact(`${renderDiagnostics(thrown.diagnostics, thrown.sources, text)}Nothing was changed.\n`));
    return thrown.exit;
  }
  if (options.json) terminal.out(`${options.redact(JSON.stringify({ errors: [errorJson(thrown)] }))}\n`);
  else terminal.note(options.redact(renderError(thrown, new Map(), text)));
  return thrown instanceof FarthingError ? thrown.exit : 1;
}
