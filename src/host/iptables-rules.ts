/** One rule of an iptables table, as `iptables-save` prints it. */
export interface Rule {
  readonly table: string;
  readonly chain: string;
  /** What follows the chain's name, without counters: `-s 10.0.0.2/32 -p tcp -m tcp --dport 6443 -j ACCEPT`. */
  readonly spec: string;
}

/** What `iptables-save` text (or a rules.v4 file) says. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  /** Policy of a built-in chain by `table/chain`; `-` for own chains. */
  readonly policies: Readonly<Record<string, string>>;
}

/** Reads `iptables-save` text. Comments, counters and lines that are no rules are passed over. */
export function parseRules(text: string): RuleSet {
  const rules: Rule[] = [];
  const policies: Record<string, string> = {};
  let table = 'filter';
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const head = /^\*(\S+)/.exec(line);
    if (head) table = head[1] as string;
    const policy = /^:(\S+)\s+(\S+)/.exec(line);
    if (policy) policies[`${table}/${policy[1]}`] = policy[2] as string;
    const rule = /^(?:\[\d+:\d+\]\s+)?-A\s+(\S+)\s*(.*)$/.exec(line);
    if (rule) rules.push({ table, chain: rule[1] as string, spec: rule[2] as string });
  }
  return { rules, policies };
}

/** The words of a rule; quotes are resolved as iptables does. */
export function ruleWords(spec: string): string[] {
  const words: string[] = [];
  for (const match of spec.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
    words.push(match[1] === undefined ? (match[2] as string) : match[1].replace(/\\(.)/g, '$1'));
  }
  return words;
}

/** The comment of a rule, '' without one. */
export function ruleComment(spec: string): string {
  const words = ruleWords(spec);
  const at = words.indexOf('--comment');
  return at < 0 ? '' : (words[at + 1] ?? '');
}

/**
 * A rule as text that is equal for equal rules, however they were written: no comment, single
 * addresses with /32, the protocol's implied match module.
 */
export function normaliseRule(spec: string): string {
  const words = ruleWords(spec);
  const result: string[] = [];
  let protocol = '';
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as string;
    const value = words[i + 1] ?? '';
    if (word === '--comment') {
      i += 1;
    } else if (word === '-m' && (value === 'comment' || value === protocol)) {
      i += 1;
    } else if ((word === '-s' || word === '-d') && /^\d+\.\d+\.\d+\.\d+$/.test(value)) {
      result.push(word, `${value}/32`);
      i += 1;
    } else {
      if (word === '-p') protocol = value;
      result.push(word);
    }
  }
  return result.join(' ');
}

/** Words that no comment or chain of ours may hold: K3s' clean-up deletes every rule with one of them. */
export const wordsK3sDeletes = /KUBE-|CNI-|flannel/i;

/** Is it a rule farthing made? */
export function isOurs(rule: Rule): boolean {
  return ruleComment(rule.spec).startsWith('farthing-');
}

/**
 * Does the rule end a chain for traffic from anywhere: REJECT or DROP with no match, or only for an
 * interface, a protocol or new connections? A block of single addresses is none; it stays above ours.
 */
export function isTerminal(rule: Rule): boolean {
  if (isOurs(rule)) return false;
  const rest = normaliseRule(rule.spec)
    .replace(/-j (REJECT|DROP)\b/, '\0')
    .replace(/--reject-with \S+/, '')
    .replace(/-[io] \S+/g, '')
    .replace(/-p \S+/, '')
    .replace(/-m (tcp|udp|state|conntrack)\b/g, '')
    .replace(/--(ctstate|state) \S*NEW\S*/, '');
  return rest.trim() === '\0';
}
