import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { Agent } from 'undici';
import { type Clock, FarthingError } from '../common/index.ts';
import type { Credentials } from './credentials.ts';
import { readRefusal } from './refusal.ts';

/** One request. `path` is absolute and already encoded. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly contentType?: string;
  readonly body?: string;
  /** Milliseconds for the whole answer; default 30 s. */
  readonly deadline?: number;
  readonly signal?: AbortSignal;
}

/** A whole answer, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly warnings: readonly string[];
  readonly retryAfter: string | undefined;
}

/** An answer whose body is still coming. */
export interface Stream {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: AsyncIterable<Uint8Array> & { text(): Promise<string> };
}

/** HTTPS to one API server over a few kept connections. Throws FAR-KUBE-001 when nobody answers. */
export interface Transport {
  request(request: Request): Promise<Answer>;
  /** Like `request`, for watches and logs: no deadline after the headers; ends with the signal. */
  stream(request: Request): Promise<Stream>;
  close(): Promise<void>;
}

const tries = 4;

/** Opens the transport (lazily: nothing is sent yet). Plain http is refused. */
export function openTransport(credentials: Credentials, clock: Clock): Transport {
  const origin = new URL(credentials.server);
  if (origin.protocol !== 'https:') {
    throw new FarthingError('FAR-KUBE-001', `The Kubernetes API is only spoken to over https, not ${origin.protocol}//.`, {
      hint: 'Use the https address of the API server.',
    });
  }
  const agent = new Agent({
    connections: 6,
    keepAliveTimeout: 30_000,
    connect: { ...tls(credentials), timeout: 10_000 },
    // Deadlines are ours: one per request, none for streams.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const send = async (request: Request, signal: AbortSignal) => {
    const url = new URL(origin);
    url.pathname = joinPath(origin.pathname, request.path);
    for (const [key, value] of Object.entries(request.query ?? {})) if (value !== undefined) url.searchParams.set(key, value);
    return agent.request({
      origin: origin.origin,
      path: url.pathname + url.search,
      method: request.method as 'GET',
      headers: {
        accept: 'application/json',
        'user-agent': 'farthing',
        ...(request.contentType ? { 'content-type': request.contentType } : {}),
        ...(credentials.token ? { authorization: `Bearer ${credentials.token}` } : {}),
      },
      body: request.body ?? null,
      signal,
    });
  };
  const once = async (request: Request, signal: AbortSignal): Promise<Answer> => {
    const answer = await send(request, signal);
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      text,
      warnings: readWarnings(answer.headers.warning),
      retryAfter: header(answer.headers['retry-after']),
    };
  };
  return {
    async request(request) {
      const deadline = request.deadline ?? 30_000;
      const late = AbortSignal.timeout(deadline);
      const signal = request.signal ? AbortSignal.any([request.signal, late]) : late;
      for (let attempt = 1; ; attempt += 1) {
        try {
          const answer = await once(request, signal);
          const wait = attempt < tries ? retryWait(request, answer) : undefined;
          if (wait === undefined) return answer;
          await clock.sleep(wait, signal);
        } catch (thrown) {
          if (request.signal?.aborted) throw request.signal.reason;
          if (late.aborted) throw unanswered(origin, `no answer within ${Math.round(deadline / 1000)} s`, thrown);
          if (request.method !== 'GET' || attempt >= tries || !transient(thrown)) throw unanswered(origin, words(thrown), thrown);
          await clock.sleep(150 * 2 ** attempt, request.signal);
        }
      }
    },
    async stream(request) {
      const late = AbortSignal.timeout(request.deadline ?? 30_000);
      const early = new AbortController();
      const expire = () => early.abort();
      late.addEventListener('abort', expire);
      const signal = request.signal ? AbortSignal.any([request.signal, early.signal]) : early.signal;
      try {
        const answer = await send(request, signal);
        return { status: answer.statusCode, retryAfter: header(answer.headers['retry-after']), body: answer.body };
      } catch (thrown) {
        if (request.signal?.aborted) throw request.signal.reason;
        throw unanswered(origin, late.aborted ? 'no answer in time' : words(thrown), thrown);
      } finally {
        late.removeEventListener('abort', expire);
      }
    },
    async close() {
      // Destroy, not close: a watch that is still open must not hold the program up.
      await agent.destroy();
    },
  };
}

/** An error for a connection that broke while a stream was read. */
export function brokenStream(thrown: unknown): FarthingError {
  return new FarthingError('FAR-KUBE-001', `The connection to the Kubernetes API broke: ${words(thrown)}.`, { cause: thrown });
}

function tls(credentials: Credentials) {
  const { servername } = credentials;
  return {
    ...(credentials.ca ? { ca: credentials.ca } : {}),
    ...(credentials.cert ? { cert: credentials.cert } : {}),
    ...(credentials.key ? { key: credentials.key } : {}),
    // An address may not be sent as SNI, but the certificate can still be checked against it.
    ...(servername && !isIP(servername) ? { servername } : {}),
    ...(servername
      ? { checkServerIdentity: (_: string, cert: Parameters<typeof checkServerIdentity>[1]) => checkServerIdentity(servername, cert) }
      : {}),
  };
}

function joinPath(base: string, path: string): string {
  return base.replace(/\/$/, '') + path;
}

function retryWait(request: Request, answer: Answer): number | undefined {
  if (request.method !== 'GET' || (answer.status !== 429 && answer.status !== 503)) return undefined;
  const { retryAfter } = readRefusal(answer.status, '', answer.retryAfter);
  return retryAfter === undefined ? undefined : Math.min(retryAfter, 10) * 1000;
}

const transientCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function transient(thrown: unknown): boolean {
  return transientCodes.has(codeOf(thrown));
}

function codeOf(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

function words(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = codeOf(thrown);
  return code && !message.includes(code) ? `${message} (${code})` : message;
}

function unanswered(origin: URL, why: string, cause: unknown): FarthingError {
  return new FarthingError('FAR-KUBE-001', `The Kubernetes API at ${origin.host} did not answer: ${why}.`, {
    cause,
    hint: 'See whether K3s runs on the server: `farthing ssh <server> -- systemctl status k3s`.',
  });
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** The texts of `Warning: 299 - "text"` headers (RFC 7234 §5.5), which the API server sends one or many of. */
export function readWarnings(value: string | string[] | undefined): string[] {
  const all = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return [...all.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? '').replace(/\\(.)/g, '$1'));
}
