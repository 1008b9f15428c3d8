import type { Clock } from '../common/index.ts';
import type { Manifest } from '../workloads/index.ts';
import { parseCredentials } from './credentials.ts';
import { listAll } from './list.ts';
import { followLogs } from './logs.ts';
import { outgoing } from './outgoing.ts';
import { readRefusal, refusalError } from './refusal.ts';
import { apiRoot, resourceFinder, resourcePath } from './resources.ts';
import { type Answer, openTransport, type Request } from './transport.ts';
import type { Cluster, LiveObject, ObjectRef } from './types.ts';
import { watchKind } from './watch.ts';

/** Where and how to connect. */
export interface ConnectOptions {
  /** A kubeconfig as YAML text; its current context is used. Secret. */
  readonly kubeconfig: string;
  readonly clock: Clock;
  /** Another way to the same server, such as `https://127.0.0.1:PORT` of an ssh forward. */
  readonly server?: string;
  /** The name the certificate must carry when `server` is none of its names. */
  readonly servername?: string;
}

/** Field manager of everything farthing applies. */
export const fieldManager = 'farthing';

/** A Cluster over https. Sends nothing until it is used; throws FAR-KUBE-001 for an unusable kubeconfig or plain http. */
export function connect(options: ConnectOptions): Cluster {
  const read = parseCredentials(options.kubeconfig);
  const credentials = { ...read, server: options.server ?? read.server, servername: options.servername ?? read.servername };
  const transport = openTransport(credentials, options.clock);

  const ask = async (what: string, request: Request, hide?: (text: string) => string): Promise<Answer> => {
    const answer = await transport.request(request);
    if (answer.status < 400) return answer;
    throw refusalError(what, readRefusal(answer.status, answer.text, answer.retryAfter), hide);
  };
  const find = resourceFinder(async (path) => JSON.parse((await ask(`Reading ${path}`, { method: 'GET', path })).text) as unknown);
  const pathOf = async (ref: ObjectRef) => resourcePath(ref.apiVersion, await find(ref.apiVersion, ref.kind), ref);
  const send = async (
    method: string,
    object: Manifest | LiveObject,
    what: string,
    request: Pick<Request, 'path' | 'query' | 'contentType'>,
  ) => {
    const { body, hide } = outgoing(object as Manifest);
    const answer = await ask(`${what} ${describe(object.kind, object.metadata)}`, { method, body, ...request }, hide);
    return { object: JSON.parse(answer.text) as LiveObject, warnings: answer.warnings };
  };

  return {
    async get(ref) {
      const answer = await transport.request({ method: 'GET', path: await pathOf(ref) });
      if (answer.status === 404) return undefined;
      if (answer.status >= 400)
        throw refusalError(`Reading ${describe(ref.kind, ref)}`, readRefusal(answer.status, answer.text, answer.retryAfter));
      return JSON.parse(answer.text) as LiveObject;
    },
    async list(apiVersion, kind, scope = {}) {
      const path = resourcePath(apiVersion, await find(apiVersion, kind), { namespace: scope.namespace });
      return listAll({ transport, path, apiVersion, kind, ...scope });
    },
    async watch(apiVersion, kind, watching) {
      const path = resourcePath(apiVersion, await find(apiVersion, kind), { namespace: watching.namespace });
      await watchKind({ transport, clock: options.clock, path, apiVersion, kind, ...watching });
    },
    async apply(object, how = {}) {
      return send('PATCH', object, 'Applying', {
        path: await pathOf(refOf(object)),
        query: {
          fieldManager,
          fieldValidation: 'Strict',
          force: how.force ? 'true' : undefined,
          dryRun: how.dryRun ? 'All' : undefined,
        },
        // JSON is YAML; the API server takes apply patches under this type only.
        contentType: 'application/apply-patch+yaml',
      });
    },
    async patch(ref, patch, how = {}) {
      const path = (await pathOf(ref)) + (how.subresource ? `/${how.subresource}` : '');
      const contentType = Array.isArray(patch) ? 'application/json-patch+json' : 'application/merge-patch+json';
      const query = { fieldManager, fieldValidation: 'Strict' };
      const { body, hide } = outgoing(patch as Manifest);
      const answer = await ask(`Changing ${describe(ref.kind, ref)}`, { method: 'PATCH', path, query, contentType, body }, hide);
      return JSON.parse(answer.text) as LiveObject;
    },
    async replace(object) {
      const request = { path: await pathOf(refOf(object)), query: { fieldManager }, contentType: 'application/json' };
      return (await send('PUT', object, 'Replacing', request)).object;
    },
    async create(object) {
      const { name: _, ...ref } = refOf(object);
      const path = resourcePath(ref.apiVersion, await find(ref.apiVersion, ref.kind), { namespace: ref.namespace });
      const request = { path, query: { fieldManager, fieldValidation: 'Strict' }, contentType: 'application/json' };
      return (await send('POST', object, 'Creating', request)).object;
    },
    async delete(ref, how = {}) {
      const preconditions = { uid: how.uid, resourceVersion: how.resourceVersion };
      const body = JSON.stringify({
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: how.propagation ?? 'Background',
        gracePeriodSeconds: how.graceSeconds,
        ...(how.uid || how.resourceVersion ? { preconditions } : {}),
      });
      const answer = await transport.request({ method: 'DELETE', path: await pathOf(ref), contentType: 'application/json', body });
      if (answer.status < 400 || answer.status === 404) return;
      throw refusalError(`Deleting ${describe(ref.kind, ref)}`, readRefusal(answer.status, answer.text, answer.retryAfter));
    },
    async evict(namespace, pod) {
      const body = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } });
      const path = `${resourcePath('v1', { plural: 'pods', namespaced: true }, { namespace, name: pod })}/eviction`;
      const answer = await transport.request({ method: 'POST', path, contentType: 'application/json', body });
      // 429 is how a disruption budget says "not now"; a pod that is gone needs no eviction.
      if (answer.status === 429) return 'blocked';
      if (answer.status < 400 || answer.status === 404) return 'evicted';
      throw refusalError(`Evicting ${namespace}/${pod}`, readRefusal(answer.status, answer.text, answer.retryAfter));
    },
    async raw(method, path, body) {
      const answer = await ask(`${method} ${path}`, {
        method,
        ...splitQuery(path),
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), contentType: method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }),
      });
      try {
        return JSON.parse(answer.text) as unknown;
      } catch {
        return answer.text;
      }
    },
    async logs(namespace, pod, how) {
      const path = `${apiRoot('v1')}/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
      await followLogs(transport, path, how);
    },
    close: () => transport.close(),
  };
}

/** The reference of an object. */
export function refOf(object: Manifest | LiveObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** `Deployment stats/web` for messages. */
export function describe(kind: string, at: { readonly namespace?: string; readonly name: string }): string {
  return `${kind} ${at.namespace ? `${at.namespace}/` : ''}${at.name}`;
}

function splitQuery(path: string): { path: string; query: Record<string, string> } {
  const [bare = '', search = ''] = path.split('?', 2);
  return { path: bare, query: Object.fromEntries(new URLSearchParams(search)) };
}
