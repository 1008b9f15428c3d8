/**
 * Splits a command as Compose does (go-shellwords, without variables or backquotes): blanks separate,
 * single quotes are literal, a backslash outside them takes the next character as it is. Undefined
 * when a quote stays open.
 */
export function splitShellWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word = '';
  let started = false;
  let quote: string | undefined;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i] as string;
    if (c === '\\' && quote !== "'") {
      i += 1;
      word += text[i] ?? '';
      started = true;
    } else if (quote !== undefined) {
      if (c === quote) quote = undefined;
      else word += c;
    } else if (c === '"' || c === "'") {
      quote = c;
      started = true;
    } else if (/\s/.test(c)) {
      if (started) words.push(word);
      word = '';
      started = false;
    } else {
      word += c;
      started = true;
    }
  }
  if (quote !== undefined) return undefined;
  if (started) words.push(word);
  return words;
}
