import pc from 'picocolors';
import {
  asFarthingError,
  type Diagnostic,
  errorCodes,
  FarthingError,
  renderDiagnostics,
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

/** Prints what ended the program, once, and gives its exit code. */
export function reportError(
  thrown: unknown,
  terminal: Terminal,
  options: { readonly json: boolean; readonly verbose: boolean; readonly redact: (text: string) => string },
): number {
  const error = asFarthingError(thrown);
  if (error instanceof DiagnosticsError) return reportDiagnostics(error, terminal, options.json);
  const { message, hint, code, docs, location } = error;
  if (options.json) {
    terminal.out(`${options.redact(JSON.stringify({ error: { code, title: errorCodes[code].title, message, hint, location, docs } }))}\n`);
    return error.exit;
  }
  const where = location ? `${location.file}:${location.line}:${location.column}: ` : '';
  const lines = [`${pc.red('error')} ${pc.bold(code)} ${where}${message}`];
  if (hint) lines.push(`  ${pc.cyan('next:')} ${hint}`);
  if (code === 'FAR-BUG-001' || options.verbose) lines.push(stackOf(error));
  terminal.note(`${options.redact(lines.join('\n'))}\n`);
  return error.exit;
}

function stackOf(error: FarthingError): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  return cause.stack ?? cause.message;
}

function reportDiagnostics(error: DiagnosticsError, terminal: Terminal, json: boolean): number {
  if (json) {
    terminal.out(`${JSON.stringify({ errors: error.diagnostics.map((d) => ({ ...d, title: errorCodes[d.code].title })) })}\n`);
    return error.exit;
  }
  terminal.note(renderDiagnostics(error.diagnostics, error.sources, { color: pc.isColorSupported }));
  const count = error.diagnostics.filter((d) => d.severity === 'error').length;
  if (count > 0) terminal.note(`${count} ${count === 1 ? 'problem' : 'problems'}; nothing was changed.\n`);
  return error.exit;
}
