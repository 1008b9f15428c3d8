/** An answer of curl: status and body. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Splits what `curl -w '\n%{http_code}'` printed. */
export function parseHttp(text: string): HttpAnswer {
  const at = text.lastIndexOf('\n');
  return { status: Number(text.slice(at + 1)), body: text.slice(0, Math.max(at, 0)) };
}
