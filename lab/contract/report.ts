import type { Result, Status } from './types.ts';

/** How many checks ended how. */
export function count(results: readonly Result[]): Readonly<Record<Status, number>> {
  const counts: Record<Status, number> = { pass: 0, fail: 0, known: 0, skip: 0 };
  for (const result of results) counts[result.status] += 1;
  return counts;
}

const marks: Readonly<Record<Status, string>> = { pass: 'ok', fail: 'FAIL', known: 'known', skip: 'skip' };
const oneLine = (text: string, width: number): string => {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > width ? `${flat.slice(0, width - 1)}…` : flat;
};

/** The table for people: one line a check, and for what did not hold the contract, what was expected and what was found. */
export function renderTable(results: readonly Result[]): string {
  const width = Math.max(...results.map((result) => result.id.length), 5);
  const lines: string[] = [];
  let scene = '';
  for (const result of results) {
    if (result.scene !== scene) {
      scene = result.scene;
      lines.push('', scene);
    }
    lines.push(`  ${marks[result.status].padEnd(5)}  ${result.id.padEnd(width)}  ${oneLine(result.contract, 90)}`);
    if (result.status === 'fail' || result.status === 'known') {
      lines.push(`         expected: ${oneLine(result.expected ?? '', 400)}`, `         found:    ${oneLine(result.found, 400)}`);
    }
    if (result.status === 'skip') lines.push(`         skipped:  ${oneLine(result.found, 200)}`);
    if (result.note !== undefined) lines.push(`         note:     ${oneLine(result.note, 300)}`);
  }
  const counts = count(results);
  lines.push('', `${counts.pass} hold, ${counts.fail} do not, ${counts.known} known differences, ${counts.skip} skipped`);
  return `${lines.join('\n').trimStart()}\n`;
}

/** The same as data. */
export function renderJson(about: Readonly<Record<string, unknown>>, results: readonly Result[]): string {
  return `${JSON.stringify({ ...about, counts: count(results), results }, null, 2)}\n`;
}
