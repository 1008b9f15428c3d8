import { formatProblem, type Problem } from './problem.ts';
import { runCommand } from './run-command.ts';

/** One check of `npm run check`. */
export interface Check {
  readonly name: string;
  readonly run: () => CheckResult | Promise<CheckResult>;
}

/** What a check has to say. `text` may hold warnings when it did not fail. */
export interface CheckResult {
  readonly failed: boolean;
  readonly text: string;
}

/** A check's result with its name. */
export interface CheckOutcome extends CheckResult {
  readonly name: string;
}

/** The result of a check made by a tool: its words count only when it fails. */
export async function fromCommand(argv: readonly string[]): Promise<CheckResult> {
  const { code, output } = await runCommand(argv);
  return { failed: code !== 0, text: code === 0 ? '' : output };
}

/** The result of a check of our own. */
export function fromProblems(problems: readonly Problem[]): CheckResult {
  return { failed: problems.some((problem) => !problem.warning), text: problems.map(formatProblem).join('\n') };
}
