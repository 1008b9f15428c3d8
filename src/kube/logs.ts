import { readRefusal, refusalError } from './refusal.ts';
import { brokenStream, type Transport } from './transport.ts';
import type { Cluster } from './types.ts';

/** Reads a container's log, to its end or, when following, until the container or the signal ends it. */
export async function followLogs(transport: Transport, path: string, options: Parameters<Cluster['logs']>[2]): Promise<void> {
  const query = {
    container: options.container,
    tailLines: options.tail === undefined ? undefined : String(options.tail),
    follow: options.follow ? 'true' : undefined,
    previous: options.previous ? 'true' : undefined,
  };
  const stream = await transport.stream({ method: 'GET', path, query, ...(options.signal ? { signal: options.signal } : {}) });
  if (stream.status >= 400) throw refusalError('Reading the log', readRefusal(stream.status, await stream.body.text(), stream.retryAfter));
  // A character may be split between two chunks.
  const decoder = new TextDecoder();
  try {
    for await (const chunk of stream.body) options.onText(decoder.decode(chunk, { stream: true }));
  } catch (thrown) {
    if (options.signal?.aborted) return;
    throw brokenStream(thrown);
  }
  const rest = decoder.decode();
  if (rest) options.onText(rest);
}
