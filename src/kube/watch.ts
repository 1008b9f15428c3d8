import type { Clock } from '../common/index.ts';
import { FarthingError } from '../common/index.ts';
import { readRefusal, refusalError } from './refusal.ts';
import { brokenStream, type Transport } from './transport.ts';
import type { LiveObject, WatchOptions } from './types.ts';

/** What a watch runs on. */
export interface Watching extends WatchOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * List, then watch from there; when the stream ends, breaks or falls silent, watch on from the last
 * version seen; when that version is too old (410), list again. Nobody is told of gaps that could
 * be bridged. Ends without error when the signal fires; rejects when the server refuses.
 */
export async function watchKind(options: Watching): Promise<void> {
  const { signal } = options;
  const place: Place = { version: undefined };
  let pause = 250;
  while (!signal.aborted) {
    try {
      place.version ??= await relist(options);
      await follow(options, place, () => {
        pause = 250;
      });
    } catch (thrown) {
      if (signal.aborted) return;
      if (!(thrown instanceof FarthingError) || thrown.code !== 'FAR-KUBE-001') throw thrown;
      await options.clock.sleep(pause, signal).catch(() => {});
      pause = Math.min(pause * 2, 15_000);
    }
  }
}

/** Where the watch has come to; kept outside of a connection, because that may break at any line. Undefined = list again. */
interface Place {
  version: string | undefined;
}

async function relist(options: Watching): Promise<string> {
  const query = { labelSelector: options.labels, fieldSelector: options.fields };
  const answer = await options.transport.request({ method: 'GET', path: options.path, query, signal: options.signal });
  if (answer.status >= 400) throw refusalError(`Listing ${options.kind}`, readRefusal(answer.status, answer.text, answer.retryAfter));
  const list = JSON.parse(answer.text) as { items?: LiveObject[]; metadata?: { resourceVersion?: string } };
  const objects = (list.items ?? []).map((item) => ({ ...item, apiVersion: options.apiVersion, kind: options.kind }));
  options.onEvent({ kind: 'list', objects });
  return list.metadata?.resourceVersion ?? '0';
}

/** Reads one watch connection to its end, moving `place` along. */
async function follow(options: Watching, place: Place, alive: () => void): Promise<void> {
  const idle = new AbortController();
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: place.version,
    timeoutSeconds: '300',
    labelSelector: options.labels,
    fieldSelector: options.fields,
  };
  const signal = AbortSignal.any([options.signal, idle.signal]);
  const stream = await options.transport.stream({ method: 'GET', path: options.path, query, signal });
  if (stream.status === 410) {
    place.version = undefined;
    return;
  }
  if (stream.status >= 400)
    throw refusalError(`Watching ${options.kind}`, readRefusal(stream.status, await stream.body.text(), stream.retryAfter));
  const silence = options.idle ?? 90_000;
  let timer = setTimeout(() => idle.abort(), silence);
  try {
    for await (const line of lines(stream.body)) {
      clearTimeout(timer);
      timer = setTimeout(() => idle.abort(), silence);
      alive();
      place.version = take(options, line);
      if (place.version === undefined) return;
    }
  } catch (thrown) {
    if (idle.signal.aborted && !options.signal.aborted) return;
    if (thrown instanceof SyntaxError || thrown instanceof FarthingError) throw thrown;
    throw brokenStream(thrown);
  } finally {
    clearTimeout(timer);
  }
}

function take(options: Watching, line: string): string | undefined {
  const event = JSON.parse(line) as { type: string; object: LiveObject & { code?: number; message?: string } };
  const object = event.object;
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      options.onEvent({ kind: event.type.toLowerCase() as 'added' | 'modified' | 'deleted', object });
      break;
    case 'ERROR':
      if (object.code === 410) return undefined;
      throw new FarthingError(
        'FAR-KUBE-001',
        `The watch of ${options.kind} was ended by the server: ${object.message ?? 'no reason given'}.`,
      );
    default:
    // BOOKMARK: only its version matters.
  }
  return object.metadata?.resourceVersion ?? '0';
}

async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      if (end > 0) yield rest.slice(0, end);
      rest = rest.slice(end + 1);
    }
  }
}
