import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, request } from 'undici';
import type { Registries } from '../spec/index.ts';

/** One answer, its body read to the end. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Plain GETs with the TLS settings of `registries.configs`, connections kept for reuse. */
export interface Http {
  get(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal, limit?: number): Promise<Answer>;
  close(): Promise<void>;
}

const maxRedirects = 5;
const maxBody = 4 * 1024 * 1024;

/**
 * `readFile` gives the PEM files the configuration names. Redirects are followed by hand so that
 * credentials never travel to another origin, nor from https to http.
 */
export function createHttp(configs: Registries['configs'], readFile: (path: string) => Promise<string>): Http {
  const agents = new Map<string, Promise<Agent>>();
  const agentOf = (host: string, roots: boolean): Promise<Agent> => {
    const tls = configs[host]?.tls;
    const key = tls ? `${host} ${roots}` : '';
    const made = agents.get(key) ?? createAgent(tls, roots, readFile);
    agents.set(key, made);
    return made;
  };
  // Parsing the hundred and forty public roots takes longer than the whole look, so a host with a
  // private CA is first believed by that alone, and by the public ones when that was not it.
  const ask = async (url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal) => {
    try {
      return await request(url, { dispatcher: await agentOf(url.host, false), headers, signal });
    } catch (thrown) {
      if (configs[url.host]?.tls?.ca === undefined || !untrusted.has(codeOf(thrown))) throw thrown;
      return request(url, { dispatcher: await agentOf(url.host, true), headers, signal });
    }
  };
  return {
    async get(start, headers, signal, limit = maxBody) {
      let url = new URL(start);
      let sent = headers;
      for (let hop = 0; ; hop += 1) {
        const answer = await ask(url, sent, signal);
        const location = answer.headers.location;
        if (![301, 302, 303, 307, 308].includes(answer.statusCode) || typeof location !== 'string') {
          return { status: answer.statusCode, headers: answer.headers, body: await readBody(answer, limit) };
        }
        await answer.body.dump();
        if (hop === maxRedirects) throw new Error(`more than ${maxRedirects} redirects`);
        const next = new URL(location, url);
        if (next.protocol !== 'https:' && next.protocol !== 'http:') throw new Error(`redirected to ${next.protocol}`);
        if (next.origin !== url.origin) sent = withoutCredentials(sent);
        url = next;
      }
    },
    async close() {
      const all = [...agents.values()];
      agents.clear();
      await Promise.allSettled(all.map(async (agent) => (await agent).destroy()));
    },
  };
}

type Tls = NonNullable<Registries['configs'][string]['tls']>;

/** How OpenSSL says that it does not know who signed a certificate. */
const untrusted = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

function codeOf(thrown: unknown): string {
  return String((thrown as { code?: unknown } | undefined)?.code ?? '');
}

async function createAgent(tls: Tls | undefined, roots: boolean, readFile: (path: string) => Promise<string>): Promise<Agent> {
  if (!tls) return new Agent({});
  // A private CA is added to the public ones, as containerd does, not put in their place.
  const ca = tls.ca === undefined ? undefined : [await readFile(tls.ca), ...(roots ? rootCertificates : [])];
  return new Agent({ connect: { ...(ca ? { ca } : {}), rejectUnauthorized: tls.insecureSkipVerify !== true } });
}

async function readBody(answer: Dispatcher.ResponseData, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new Error(`the answer is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
}
