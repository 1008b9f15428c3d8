import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answering } from './loopback-api.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind
type Any = any;

/** What a test may decide about the little server. */
export interface MemoryHooks {
  /** Called before each answer; true when it has answered itself. */
  readonly before?: (method: string, path: string, response: ServerResponse, body: Any) => boolean;
  /** Called after each stored or removed object, to play controllers. */
  readonly after?: (method: string, object: Any, store: MemoryStore) => void;
}

/** The objects, by `plural/namespace/name`. */
export type MemoryStore = Map<string, Any>;

/**
 * The storage half of a Kubernetes API server, for tests of what is sent over the wire: objects by
 * path, resource versions, label and node selectors, conflicts and preconditions. It merges where
 * the real one knows schemas; tests of meaning run against the real one.
 */
export function memoryApi(
  objects: readonly Any[] = [],
  hooks: MemoryHooks = {},
): { readonly store: MemoryStore; readonly answer: Answering } {
  const store: MemoryStore = new Map();
  let version = 1;
  const put = (key: string, object: Any) => {
    version += 1;
    object.metadata.resourceVersion = String(version);
    object.metadata.uid ??= `uid-${version}`;
    store.set(key, object);
    return object;
  };
  for (const object of objects) {
    put(keyOf(pluralOf(object.kind), object.metadata.namespace, object.metadata.name), structuredClone(object));
  }
  const answer: Answering = (request, response) => {
    const url = new URL(request.url ?? '', 'https://x');
    const body = request.body ? JSON.parse(request.body) : undefined;
    const method = request.method ?? 'GET';
    if (hooks.before?.(method, url.pathname, response, body)) return;
    const at = parsePath(url.pathname);
    const key = keyOf(at.plural, at.namespace, at.name ?? '');
    const stored = store.get(key);
    const done = (object: Any, code = 200) => {
      hooks.after?.(method, object, store);
      json(response, code, object);
    };
    if (method === 'GET' && at.name === undefined) return json(response, 200, { metadata: {}, items: select(store, at, url) });
    if (method === 'POST' && at.sub === 'eviction') {
      store.delete(key);
      return done(stored ?? {}, 201);
    }
    if (method === 'POST') {
      const own = keyOf(at.plural, at.namespace, body.metadata.name);
      return store.has(own) ? refuse(response, 409, 'AlreadyExists') : done(put(own, body), 201);
    }
    if (!stored && !(method === 'PATCH' && isApply(request))) return refuse(response, 404, 'NotFound');
    switch (method) {
      case 'GET':
        return json(response, 200, stored);
      case 'PUT':
        return body.metadata.resourceVersion && body.metadata.resourceVersion !== stored.metadata.resourceVersion
          ? refuse(response, 409, 'Conflict')
          : done(put(key, { ...body, metadata: { ...stored.metadata, ...body.metadata } }));
      case 'PATCH': {
        if (Array.isArray(body)) return done(put(key, jsonPatch(structuredClone(stored), body)));
        return done(put(key, merge(stored ? structuredClone(stored) : {}, body)));
      }
      default: {
        const wanted = body?.preconditions ?? {};
        const wrong = ['uid', 'resourceVersion'].some((field) => wanted[field] && wanted[field] !== stored.metadata[field]);
        if (wrong) return refuse(response, 409, 'Conflict');
        store.delete(key);
        if (at.plural === 'namespaces') for (const other of [...store.keys()]) if (other.split('/')[1] === at.name) store.delete(other);
        return done(stored);
      }
    }
  };
  return { store, answer };
}

function pluralOf(kind: string): string {
  return `${kind.toLowerCase()}${kind.endsWith('s') ? 'es' : 's'}`;
}

function keyOf(plural: string, namespace: string | undefined, name: string): string {
  return `${plural}/${namespace ?? ''}/${name}`;
}

function parsePath(path: string): { plural: string; namespace: string | undefined; name: string | undefined; sub: string | undefined } {
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3);
  const namespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [plural = '', name, sub] = namespaced ? rest.slice(2) : rest;
  return { plural, namespace: namespaced ? rest[1] : undefined, name, sub };
}

function select(store: MemoryStore, at: { plural: string; namespace: string | undefined }, url: URL): Any[] {
  const labels = (url.searchParams.get('labelSelector') ?? '')
    .split(',')
    .filter(Boolean)
    .map((pair) => pair.split('='));
  const node = /spec\.nodeName=(.*)/.exec(url.searchParams.get('fieldSelector') ?? '')?.[1];
  return [...store.entries()]
    .filter(
      ([key]) => key.startsWith(`${at.plural}/${at.namespace ?? ''}`) && (at.namespace === undefined || key.split('/')[1] === at.namespace),
    )
    .map(([, object]) => object)
    .filter((object) => labels.every(([key = '', value]) => object.metadata.labels?.[key] === value))
    .filter((object) => node === undefined || object.spec?.nodeName === node);
}

function isApply(request: IncomingMessage): boolean {
  return request.headers['content-type'] === 'application/apply-patch+yaml';
}

function merge(into: Any, from: Any): Any {
  for (const [key, value] of Object.entries(from)) {
    if (value === null) delete into[key];
    else if (value && typeof value === 'object' && !Array.isArray(value)) into[key] = merge(into[key] ?? {}, value);
    else into[key] = value;
  }
  return into;
}

function jsonPatch(object: Any, operations: { op: string; path: string }[]): Any {
  for (const { op, path } of operations) {
    const keys = path
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = keys.pop() ?? '';
    const parent = keys.reduce((value, key) => value[key], object);
    if (op === 'remove') Array.isArray(parent) ? parent.splice(Number(last), 1) : delete parent[last];
  }
  return object;
}

function json(response: ServerResponse, code: number, value: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function refuse(response: ServerResponse, code: number, reason: string, message = reason): void {
  json(response, code, { kind: 'Status', status: 'Failure', reason, message, code });
}
