/** How many tests ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** No test at all. */
export const noTests: Counts = { passed: 0, failed: 0, skipped: 0 };
/** A part that broke before any test of it could fail: it counts as one. */
export const broken: Counts = { passed: 0, failed: 1, skipped: 0 };

/** The sum of several. */
export function addCounts(...all: readonly Counts[]): Counts {
  return all.reduce(
    (sum, one) => ({ passed: sum.passed + one.passed, failed: sum.failed + one.failed, skipped: sum.skipped + one.skipped }),
    noTests,
  );
}

/** The closing line: `12 passed, 0 failed`, with `, 3 skipped` when some were. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
}

/** Reads such a line, the last one of a text; undefined when there is none. */
export function parseCounts(text: string): Counts | undefined {
  const line = [...text.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
  return line ? { passed: Number(line[1]), failed: Number(line[2]), skipped: Number(line[3] ?? 0) } : undefined;
}

/** The part of vitest's JSON report that is read. */
interface VitestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** Counts of a vitest JSON report. A file that did not even load is one failure, and so is an unhandled error. */
export function countVitest(json: string): Counts {
  const report = JSON.parse(json) as VitestReport;
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  const failed = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Counts of `go test -json`: top-level tests, and packages that failed without one (they did not build). */
export function countGo(lines: string): Counts {
  let counts = noTests;
  const failedIn = new Set<string>();
  for (const line of lines.split('\n')) {
    if (!line.startsWith('{')) continue;
    const event = JSON.parse(line) as { readonly Action: string; readonly Package?: string; readonly Test?: string };
    const pack = event.Package ?? '';
    if (event.Test?.includes('/')) continue;
    if (event.Action === 'fail' && (event.Test || !failedIn.has(pack))) {
      failedIn.add(pack);
      counts = addCounts(counts, broken);
    }
    if (event.Test && event.Action === 'pass') counts = addCounts(counts, { ...noTests, passed: 1 });
    if (event.Test && event.Action === 'skip') counts = addCounts(counts, { ...noTests, skipped: 1 });
  }
  return counts;
}
