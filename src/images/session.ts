import type { Clock, Sealed } from '../common/index.ts';
import type { Registries, SecretRef } from '../spec/index.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { Endpoint } from './endpoints.ts';
import type { Answer, Http } from './http.ts';

/** GETs below an endpoint, with the token dance of distribution done inside. */
export interface Session {
  get(endpoint: Endpoint, path: string, accept: readonly string[], signal: AbortSignal): Promise<Answer>;
}

/** What a session needs from outside. */
export interface SessionOptions {
  readonly http: Http;
  readonly configs: Registries['configs'];
  readonly secret: (ref: SecretRef) => Promise<Sealed>;
  readonly clock: Clock;
}

const tokenLimit = 1024 * 1024;

/**
 * Anonymous first, as containerd: credentials go out only when a challenge asks, once. A second
 * refusal is given back as it is. Tokens are kept until they expire, by endpoint and scope.
 * https://distribution.github.io/distribution/spec/auth/token/
 */
export function createSession({ http, configs, secret, clock }: SessionOptions): Session {
  const held = new Map<string, { readonly header: string; readonly until: number }>();

  async function basicOf(endpoint: Endpoint): Promise<string | undefined> {
    const auth = endpoint.configKeys.map((key) => configs[key]?.auth).find((found) => found !== undefined);
    if (!auth) return undefined;
    const password = await secret(auth.password);
    return `Basic ${Buffer.from(`${auth.username}:${password.reveal()}`).toString('base64')}`;
  }

  async function answerTo(challenges: readonly Challenge[], endpoint: Endpoint, signal: AbortSignal) {
    const bearer = challenges.find((c) => c.scheme === 'bearer' && URL.canParse(c.parameters.realm ?? ''));
    if (!bearer) {
      const basic = challenges.some((c) => c.scheme === 'basic') ? await basicOf(endpoint) : undefined;
      return basic === undefined ? undefined : { header: basic, until: Number.POSITIVE_INFINITY };
    }
    const realm = new URL(bearer.parameters.realm as string);
    // A registry reached over TLS must not make us send the password in clear.
    if (realm.protocol !== 'https:' && !endpoint.base.startsWith('http:'))
      throw new Error(`the token service ${realm.origin} is not https`);
    const service = bearer.parameters.service;
    if (service !== undefined) realm.searchParams.set('service', service);
    realm.searchParams.set('scope', bearer.parameters.scope ?? `repository:${endpoint.repository}:pull`);
    const basic = await basicOf(endpoint);
    const answer = await http.get(realm.href, basic === undefined ? {} : { authorization: basic }, signal, tokenLimit);
    if (answer.status !== 200) return undefined;
    const grant = JSON.parse(answer.body) as { token?: unknown; access_token?: unknown; expires_in?: unknown };
    const token = grant.token ?? grant.access_token;
    if (typeof token !== 'string') return undefined;
    const seconds = typeof grant.expires_in === 'number' ? grant.expires_in : 60;
    return { header: `Bearer ${token}`, until: clock.now() + seconds * 900 };
  }

  return {
    async get(endpoint, path, accept, signal) {
      const url = `${endpoint.base}/${endpoint.repository}/${path}${endpoint.ns === undefined ? '' : `?ns=${encodeURIComponent(endpoint.ns)}`}`;
      const key = `${endpoint.base}/${endpoint.repository}`;
      const kept = held.get(key);
      const known = kept && kept.until > clock.now() ? { authorization: kept.header } : undefined;
      const headers = { accept: accept.join(', ') };
      const first = await http.get(url, { ...headers, ...known }, signal);
      if (first.status !== 401) return first;
      held.delete(key);
      const fresh = await answerTo(parseChallenges(first.headers['www-authenticate']), endpoint, signal);
      if (fresh === undefined) return first;
      const second = await http.get(url, { ...headers, authorization: fresh.header }, signal);
      if (second.status !== 401) held.set(key, fresh);
      return second;
    },
  };
}
