/** A systemd unit: every `Key=value` in order, and the words of ExecStart. */
export interface Unit {
  readonly entries: readonly (readonly [section: string, key: string, value: string])[];
  /** `ExecStart`, line ends joined and quotes taken off. */
  readonly command: readonly string[];
}

/** Splits at blanks; single quotes keep blanks, `'"'"'` is a quote inside. */
export function splitQuoted(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let open = '';
  for (const char of line) {
    if (open !== '') {
      if (char === open) open = '';
      else word = (word ?? '') + char;
    } else if (char === "'" || char === '"') {
      open = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Reads a unit file; comments are dropped, a line ending in a backslash goes on. */
export function parseUnit(text: string): Unit {
  const entries: (readonly [string, string, string])[] = [];
  let section = '';
  for (const raw of text.replaceAll(/\\\n/g, ' ').split('\n')) {
    const line = raw.trim();
    const head = /^\[(.+)\]$/.exec(line);
    if (head?.[1] !== undefined) section = head[1];
    const at = line.indexOf('=');
    if (at > 0 && !/^[#;]/.test(line)) entries.push([section, line.slice(0, at), line.slice(at + 1).trim()]);
  }
  const start = entries.find(([, key]) => key === 'ExecStart')?.[2] ?? '';
  return { entries, command: splitQuoted(start) };
}

/** All values of a key, in order. */
export function valuesOf(unit: Unit, key: string): string[] {
  return unit.entries.filter(([, name]) => name === key).map(([, , value]) => value);
}
