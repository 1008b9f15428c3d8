/** One file of the repository, as the checks see it. */
export interface SourceFile {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Something a check found. A warning is printed and does not fail. */
export interface Problem {
  readonly path: string;
  /** From 1; absent when the whole file is meant. */
  readonly line?: number;
  readonly message: string;
  readonly warning?: boolean;
}

/** `path:line: message`, as editors and terminals make a link of it. */
export function formatProblem(problem: Problem): string {
  const line = problem.line === undefined ? '' : `:${problem.line}`;
  return `${problem.path}${line}: ${problem.warning ? 'warning: ' : ''}${problem.message}`;
}

/** The line, from 1, of an offset in a text. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Whether a file is a test or made for tests alone (a room's `testing/` folder). */
export function isTestFile(path: string): boolean {
  return /\.test\.ts$|\/testing\//.test(path);
}
