/**
 * One word for the remote login shell. ssh joins the command's words with spaces and that shell
 * splits them again, so each word travels in single quotes.
 */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
