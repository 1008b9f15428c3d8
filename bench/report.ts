import type { Measured } from './measure.ts';

/** One result against what it is promised to be measured by. */
export interface Verdict {
  readonly title: string;
  readonly measured: readonly Measured[];
  /** "farthing --help ÷ node -e 0", "plan − slowest ssh true", … */
  readonly what: string;
  /** The figure, with its unit: `1.42 ×`, `310 ms`. */
  readonly value: string;
  readonly promise: string;
}

/** A verdict as a table and one line. Figures are for reading: no test asserts them. */
export function formatVerdict(verdict: Verdict): string {
  const rows = verdict.measured.map((one) => [one.name, ms(one.median), `${ms(one.fastest)} … ${ms(one.slowest)}`, String(one.times)]);
  const all = [['', 'median', 'fastest … slowest', 'runs'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const table = all
    .map(
      (row) =>
        `  ${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
  return `${verdict.title}\n${table}  ${verdict.what}: ${verdict.value} (promised: ${verdict.promise})\n`;
}

/** Milliseconds for a person. */
export function ms(value: number): string {
  return value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
