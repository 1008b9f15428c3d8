/** One rule of iptables-save. */
export interface Rule {
  readonly table: string;
  readonly chain: string;
  /** What follows the chain's name, as saved. */
  readonly spec: string;
}

/** Reads iptables-save; counters and chain declarations are dropped. */
export function parseRules(text: string): Rule[] {
  const rules: Rule[] = [];
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    const found = /^(?:\[\d+:\d+\] )?-A (\S+) ?(.*)$/.exec(line);
    if (found !== null) rules.push({ table, chain: found[1] ?? '', spec: found[2] ?? '' });
  }
  return rules;
}

/** The rules of one chain, in order. */
export function chainOf(rules: readonly Rule[], table: string, chain: string): string[] {
  return rules.filter((rule) => rule.table === table && rule.chain === chain).map((rule) => rule.spec);
}

/** Place of the first rule that matches, or -1. */
export function placeOf(specs: readonly string[], pattern: RegExp): number {
  return specs.findIndex((spec) => pattern.test(spec));
}
