import pLimit from 'p-limit';
import { type Clock, type Milliseconds, type Sealed, sha256 } from '../common/index.ts';
import type { Registries, SecretRef } from '../spec/index.ts';
import { platformInName } from './arches-of.ts';
import { type ImageConfig, manifestTypes, readConfig, readManifest } from './document.ts';
import { type Endpoint, endpointsOf, isOwnHost } from './endpoints.ts';
import { createHttp } from './http.ts';
import { formatImageRef, parseImageRef } from './image-ref.ts';
import { createSession } from './session.ts';
import type { ImageRef, Platforms } from './types.ts';

/** What the client needs from outside. */
export interface RegistryClientOptions {
  /** As the nodes use them. */
  readonly registries: Registries;
  /** Reads the PEM files the registries name. */
  readonly readFile: (path: string) => Promise<string>;
  /** Finds a password; a rejection makes the image unknown, with its message. */
  readonly secret: (ref: SecretRef) => Promise<Sealed>;
  readonly clock: Clock;
  /** For one image, all its requests together. Default 8 s. */
  readonly deadline?: Milliseconds;
  /** Images looked at at the same time. Default 6. */
  readonly concurrency?: number;
}

/** Looks images up in the registries the nodes pull from. */
export interface RegistryClient {
  /** Never rejects: what cannot be known is `unknown` with its reason. Each image is asked for once. */
  platforms(text: string): Promise<Platforms>;
  close(): Promise<void>;
}

/** What one endpoint said. */
type Reply =
  | { readonly kind: 'found'; readonly platforms: Platforms }
  /** `busy` may know better later; `failed` did not answer or refused. */
  | { readonly kind: 'missing' | 'failed' | 'busy'; readonly why: string };

/**
 * Cost of an image at the registry: one manifest GET; for an index of several platforms one more
 * (of the child, to learn EXPOSE and HEALTHCHECK from its config), and the config blob, which
 * Docker Hub does not count.
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const http = createHttp(options.registries.configs, options.readFile);
  const session = createSession({ http, configs: options.registries.configs, secret: options.secret, clock: options.clock });
  const limit = pLimit(options.concurrency ?? 6);
  const images = new Map<string, Promise<Platforms>>();
  const documents = new Map<string, Promise<string>>();

  /** A manifest or blob by its digest, fetched once and checked. */
  function document(endpoint: Endpoint, kind: 'manifests' | 'blobs', digest: string, signal: AbortSignal): Promise<string> {
    const known = documents.get(digest);
    if (known !== undefined) return known;
    const got = (async () => {
      const answer = await session.get(endpoint, `${kind}/${digest}`, kind === 'manifests' ? manifestTypes : ['*/*'], signal);
      if (answer.status !== 200) throw new Error(`${kind}/${digest.slice(0, 19)} answered ${answer.status}`);
      if (digest.startsWith('sha256:') && `sha256:${sha256(answer.body)}` !== digest)
        throw new Error('the content does not match its digest');
      return answer.body;
    })();
    documents.set(digest, got);
    got.catch(() => documents.delete(digest));
    return got;
  }

  async function configOf(endpoint: Endpoint, digest: string, signal: AbortSignal): Promise<ImageConfig | undefined> {
    const manifest = readManifest(await document(endpoint, 'manifests', digest, signal));
    return manifest.kind === 'manifest' ? readConfig(await document(endpoint, 'blobs', manifest.config, signal)) : undefined;
  }

  async function ask(ref: ImageRef, endpoint: Endpoint, signal: AbortSignal): Promise<Reply> {
    const where = new URL(endpoint.base).host;
    const answer = await session.get(endpoint, `manifests/${ref.digest ?? ref.tag}`, manifestTypes, signal);
    if (answer.status === 404) return { kind: 'missing', why: `${where} has no such image` };
    if (answer.status !== 200)
      return { kind: answer.status === 429 || answer.status >= 500 ? 'busy' : 'failed', why: statusReason(where, answer.status) };
    const digest = `sha256:${sha256(answer.body)}`;
    if (ref.digest?.startsWith('sha256:') && ref.digest !== digest) {
      return { kind: 'failed', why: `${where} answered with content that does not match the digest` };
    }
    documents.set(digest, Promise.resolve(answer.body));
    const manifest = readManifest(answer.body);
    if (manifest.kind === 'other') return { kind: 'failed', why: `${where}: ${manifest.problem}` };
    const base = { image: ref.text, digest: ref.digest ?? digest };
    if (manifest.kind === 'manifest') {
      const config = readConfig(await document(endpoint, 'blobs', manifest.config, signal));
      if (config?.platform === undefined) return { kind: 'failed', why: `${where}: the image's config names no architecture` };
      const notes = nameConflict(ref, config.platform);
      return { kind: 'found', platforms: { ...base, platforms: [config.platform], certainty: 'manifest', notes, ...known(config) } };
    }
    const platforms = [...new Set(manifest.entries.map((entry) => entry.platform))].sort();
    const child =
      manifest.entries.find((e) => e.platform === 'linux/amd64') ?? manifest.entries.find((e) => e.platform.startsWith('linux/'));
    // The child only adds knowledge: whatever happens to it, what the index says stands.
    const config = child && (await configOf(endpoint, child.digest, signal).catch((error: unknown) => reasonOf(error)));
    const notes = typeof config === 'string' ? [...manifest.notes, `exposed ports are not known: ${config}`] : manifest.notes;
    const facts = typeof config === 'object' ? known(config) : {};
    return { kind: 'found', platforms: { ...base, platforms, certainty: 'index', notes, ...facts } };
  }

  async function look(ref: ImageRef): Promise<Platforms> {
    const endpoints = endpointsOf(ref, options.registries);
    if (endpoints.length === 1 && isOwnHost(ref.registry)) {
      return unknown(ref, false, `${ref.registry} is the node itself, which cannot be looked into from here`);
    }
    const stop = new AbortController();
    const done = new AbortController();
    const seconds = (options.deadline ?? 8000) / 1000;
    // The rejection of a sleep that is no longer needed is expected.
    void options.clock.sleep(seconds * 1000, done.signal).then(
      () => stop.abort(new Error(`no answer within ${seconds} s`)),
      () => undefined,
    );
    const replies: Exclude<Reply, { kind: 'found' }>[] = [];
    try {
      for (const endpoint of endpoints) {
        const where = new URL(endpoint.base).host;
        const fail = (error: unknown): Reply => ({
          kind: 'failed',
          why: `${where}: ${reasonOf(stop.signal.aborted ? stop.signal.reason : error)}`,
        });
        // Once more when the connection broke: a kept one may have been closed under us.
        const again = (error: unknown) => (stop.signal.aborted ? fail(error) : ask(ref, endpoint, stop.signal).catch(fail));
        const reply = await ask(ref, endpoint, stop.signal).catch(again);
        if (reply.kind === 'found') return reply.platforms;
        replies.push(reply);
      }
    } finally {
      done.abort();
    }
    // A mirror that says no and a registry that cannot be reached: the nodes could not pull it either.
    const missing = replies.some((reply) => reply.kind === 'missing') && !replies.some((reply) => reply.kind === 'busy');
    return unknown(ref, missing, replies.map((reply) => reply.why).join('; '));
  }

  return {
    platforms(text) {
      const ref = parseImageRef(text);
      if ('problem' in ref) {
        return Promise.resolve({
          image: text,
          platforms: [],
          certainty: 'unknown',
          reason: `not an image reference: ${ref.problem}`,
          notes: [],
        });
      }
      const key = formatImageRef(
        ref.digest === undefined ? ref : { text, registry: ref.registry, repository: ref.repository, digest: ref.digest },
      );
      const made = images.get(key) ?? limit(() => look(ref));
      images.set(key, made);
      return made.then((found) => (found.image === text ? found : { ...found, image: text }));
    },
    close: () => http.close(),
  };
}

function known(config: ImageConfig): Pick<Platforms, 'exposed' | 'healthcheck'> {
  return { exposed: config.exposed, ...(config.healthcheck ? { healthcheck: config.healthcheck } : {}) };
}

/** Published metadata lies (metrics-server, descheduler, …): arm64 binaries with an amd64 config. */
function nameConflict(ref: ImageRef, platform: string): readonly string[] {
  const named = platformInName(ref);
  return named === undefined || named === platform ? [] : [`the name says ${named}, the image's config says ${platform}`];
}

function unknown(ref: ImageRef, missing: boolean, reason: string): Platforms {
  const named = missing ? undefined : platformInName(ref);
  return {
    image: ref.text,
    platforms: named === undefined ? [] : [named],
    certainty: named === undefined ? 'unknown' : 'name',
    reason,
    ...(missing ? { missing } : {}),
    notes: [],
  };
}

function statusReason(where: string, status: number): string {
  if (status === 401 || status === 403) return `${where} refused (${status}): the image is private, or there is none of that name`;
  if (status === 429) return `${where} answered 429: too many requests, try again later or add credentials`;
  return `${where} answered ${status}`;
}

/** The words of a network error; undici hides them in the cause. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause instanceof Error ? thrown.cause : thrown;
  const code = (cause as NodeJS.ErrnoException).code;
  return cause.message !== '' ? cause.message : (code ?? cause.name);
}
