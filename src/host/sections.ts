/** The sections of a script's output by name, exactly as printed; text before the first marker (a login banner) is dropped. */
export function parseSections(output: string): ReadonlyMap<string, string> {
  const parts = output.split(/(?:^|\n)@@farthing:([\w-]+)\n/);
  const sections = new Map<string, string>();
  for (let i = 1; i < parts.length; i += 2) sections.set(parts[i] as string, parts[i + 1] ?? '');
  return sections;
}

/** `KEY=value` lines as a record; quotes around values are taken off. */
export function parsePairs(text: string): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z_]\w*)=(.*)$/.exec(line);
    if (match) pairs[match[1] as string] = (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2');
  }
  return pairs;
}

/** The non-empty lines, trimmed. */
export function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
