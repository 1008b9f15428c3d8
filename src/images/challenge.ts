/** One challenge of a WWW-Authenticate header; parameter names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads WWW-Authenticate (RFC 9110 §11.6.1): several challenges, in one header or many, quoted
 * values with commas inside. What is malformed is skipped.
 */
export function parseChallenges(header: string | readonly string[] | undefined): readonly Challenge[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ');
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  const token = /\s*,?\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/y;
  for (;;) {
    const match = token.exec(text);
    if (!match) return found;
    const [, name, quoted, plain] = match as unknown as [string, string, string?, string?];
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    const last = found.at(-1);
    if (value === undefined) found.push({ scheme: name.toLowerCase(), parameters: {} });
    else if (last) last.parameters[name.toLowerCase()] = value;
  }
}
