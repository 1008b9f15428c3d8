import { isOurs, isTerminal, type Rule } from './iptables-rules.ts';

const begin = '# farthing: its own part of this file, removed by "farthing down"';
const end = '# farthing: end';

/**
 * A rules.v4 file with exactly `wanted` as farthing's rules: each before the first rule that ends its
 * chain, all other bytes as they were. With [] the file is what it was before farthing.
 */
export function editBootRules(text: string, wanted: readonly Rule[]): string {
  const lines = withoutOurs(text.split('\n'));
  const missing: Rule[] = [];
  for (const table of new Set(wanted.map((rule) => rule.table))) {
    const rules = wanted.filter((rule) => rule.table === table);
    const span = tableSpan(lines, table);
    if (!span) {
      missing.push(...rules);
      continue;
    }
    for (const chain of new Set(rules.map((rule) => rule.chain))) {
      const { start, commit } = tableSpan(lines, table) as Span;
      const at = lines.findIndex((line, i) => i > start && i < commit && endsChain(line, table, chain));
      lines.splice(at < 0 ? commit : at, 0, ...rules.filter((rule) => rule.chain === chain).map(asLine));
    }
  }
  if (missing.length > 0) {
    const tables = [...new Set(missing.map((rule) => rule.table))].flatMap((table) => [
      `*${table}`,
      ...missing.filter((rule) => rule.table === table).map(asLine),
      'COMMIT',
    ]);
    // A file without a final newline has no empty last line: its last line must stay whole.
    const tail = lines.at(-1) === '' ? lines.length - 1 : lines.length;
    lines.splice(tail, 0, begin, ...tables, end);
  }
  return lines.join('\n');
}

interface Span {
  readonly start: number;
  readonly commit: number;
}

function tableSpan(lines: readonly string[], table: string): Span | undefined {
  const start = lines.findIndex((line) => line.trim() === `*${table}`);
  const commit = lines.findIndex((line, i) => i > start && line.trim() === 'COMMIT');
  return start < 0 || commit < 0 ? undefined : { start, commit };
}

function endsChain(line: string, table: string, chain: string): boolean {
  const match = /^\s*(?:\[\d+:\d+\]\s+)?-A\s+(\S+)\s+(.*)$/.exec(line);
  return match?.[1] === chain && isTerminal({ table, chain, spec: match[2] as string });
}

function asLine(rule: Rule): string {
  return `-A ${rule.chain} ${rule.spec}`;
}

function withoutOurs(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let inside = false;
  for (const line of lines) {
    if (line === begin) inside = true;
    const match = /^-A\s+(\S+)\s+(.*)$/.exec(line);
    if (!inside && !(match && isOurs({ table: '', chain: match[1] as string, spec: match[2] as string }))) kept.push(line);
    if (line === end) inside = false;
  }
  return kept;
}
