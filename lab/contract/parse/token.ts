/** A token in its full form. */
export interface FullToken {
  readonly caHash: string;
  readonly user: string;
  readonly password: string;
}

/** Reads `K10<sha256>::<user>:<password>` with its line end; undefined when the text has another form. */
export function parseToken(text: string): FullToken | undefined {
  const found = /^K10([0-9a-f]{64})::([^:\n]+):([^\n]+)\n$/.exec(text);
  if (found === null) return undefined;
  const [, caHash = '', user = '', password = ''] = found;
  return { caHash, user, password };
}
