import { afterEach, describe, expect, it } from 'vitest';
import {
  type Answering,
  type LoopbackApi,
  makeCertificates,
  makeKubeconfig,
  quickClock,
  startLoopbackApi,
} from '../../test/kube-api/loopback-api.ts';
import { FarthingError, Sealed } from '../common/index.ts';
import { type ConnectOptions, connect } from './connect.ts';
import { refusalOf } from './refusal.ts';
import type { Cluster, WatchEvent } from './types.ts';

const certificates = makeCertificates();
const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const item of closing.splice(0)) await item.close();
});

async function open(
  answer: Answering,
  options: Partial<ConnectOptions> = {},
): Promise<{ api: LoopbackApi; cluster: Cluster; clock: ReturnType<typeof quickClock> }> {
  const api = await startLoopbackApi(certificates, answer);
  const clock = quickClock();
  const cluster = connect({ kubeconfig: api.kubeconfig, clock, ...options });
  closing.push(cluster, api);
  return { api, cluster, clock };
}

const json = (value: unknown, status = 200, headers: Record<string, string | string[]> = {}): Answering => {
  return (_, response) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
};
const status = (code: number, reason: string, message: string, causes: unknown[] = []) =>
  json({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code, details: { causes } }, code);
const failure = async (work: Promise<unknown>): Promise<FarthingError> => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(FarthingError);
  return thrown as FarthingError;
};
const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'stats', name: 'web' };

describe('the connection', () => {
  it('shows the client certificate and trusts only the CA of the kubeconfig', async () => {
    const { api, cluster } = await open(json({ metadata: { name: 'web' } }));
    expect(await cluster.get(pod)).toEqual({ metadata: { name: 'web' } });
    const stranger = connect({
      kubeconfig: makeKubeconfig({ ...certificates, ca: makeCertificates().ca }, `https://127.0.0.1:${api.port}`),
      clock: quickClock(),
    });
    closing.push(stranger);
    const error = await failure(stranger.get(pod));
    expect(error.code).toBe('FAR-KUBE-001');
    expect(error.message).toMatch(/certificate/i);
    expect(api.requests).toHaveLength(1);
  });

  it('checks the certificate against the name it is told, over another way to the server', async () => {
    const named = makeCertificates('DNS:big.example');
    const api = await startLoopbackApi(named, json({}));
    closing.push(api);
    const via = (options: Partial<ConnectOptions>) => {
      const cluster = connect({
        kubeconfig: makeKubeconfig(named, 'https://10.0.0.1:6443'),
        clock: quickClock(),
        server: `https://127.0.0.1:${api.port}`,
        ...options,
      });
      closing.push(cluster);
      return cluster.get(pod);
    };
    expect((await failure(via({}))).message).toContain('127.0.0.1');
    expect(await via({ servername: 'big.example' })).toEqual({});
  });

  it('refuses plain http and files it cannot read, without quoting them', () => {
    const make = (kubeconfig: string) => () => connect({ kubeconfig, clock: quickClock() });
    expect(make(makeKubeconfig(certificates, 'http://127.0.0.1:1'))).toThrow('only spoken to over https');
    expect(make('users: [{name: "secret')).toThrow('not valid YAML');
    expect(make('users: [{name: "secret')).not.toThrow('secret');
    expect(make('')).toThrow('it is empty');
    expect(
      make(makeKubeconfig(certificates, 'https://x').replace('client-key-data:', 'exec: {command: sh}\n      client-key-data:')),
    ).toThrow('`exec`');
  });

  it('keeps its connections', async () => {
    const { api, cluster } = await open(json({}));
    for (let i = 0; i < 20; i += 1) await cluster.get(pod);
    // A second one may be opened while the first answer's socket is being handed back.
    expect(api.connections()).toBeLessThanOrEqual(2);
  });

  it('tries a read again when the connection breaks, a write never', async () => {
    let broken = 2;
    const { api, cluster } = await open((request, response) => {
      if (broken > 0) {
        broken -= 1;
        request.socket.destroy();
      } else response.end('{"ok":true}');
    });
    expect(await cluster.get(pod)).toEqual({ ok: true });
    expect(api.requests).toHaveLength(3);
    broken = 1;
    expect((await failure(cluster.patch(pod, {}))).code).toBe('FAR-KUBE-001');
    expect(api.requests).toHaveLength(4);
  });

  it('waits as long as Retry-After says, but not for ever', async () => {
    const { api, cluster, clock } = await open(json({ kind: 'Status', message: 'busy' }, 429, { 'retry-after': '2' }));
    const error = await failure(cluster.get(pod));
    expect(error.code).toBe('FAR-KUBE-002');
    expect(clock.slept).toEqual([2000, 2000, 2000]);
    expect(api.requests).toHaveLength(4);
  });

  it('says that the API is not ready when a server without one answers 503', async () => {
    const { cluster } = await open((_, response) => response.writeHead(503).end('apiserver not ready\n'));
    const error = await failure(cluster.get(pod));
    expect([error.code, error.message]).toEqual(['FAR-KUBE-001', 'The Kubernetes API is not ready (503): apiserver not ready']);
  });

  it('names the address when nobody listens', async () => {
    const { api, cluster } = await open(json({}));
    await api.close();
    const error = await failure(cluster.get(pod));
    expect(error.message).toContain(`127.0.0.1:${api.port}`);
    expect(error.message).toContain('ECONNREFUSED');
  });
});

describe('requests', () => {
  it('applies as farthing, strictly, and collects the warnings', async () => {
    const sent: string[] = [];
    const { api, cluster } = await open((request, response) => {
      sent.push(request.headers['content-type'] ?? '', request.body);
      json({ kind: 'Deployment' }, 200, { warning: ['299 - "first \\"quoted\\""', '299 - "second"'] })(request, response);
    });
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'stats' } };
    const { warnings } = await cluster.apply(object, { force: true });
    expect(warnings).toEqual(['first "quoted"', 'second']);
    expect(api.requests).toEqual([
      'PATCH /apis/apps/v1/namespaces/stats/deployments/web?fieldManager=farthing&fieldValidation=Strict&force=true',
    ]);
    expect(sent).toEqual(['application/apply-patch+yaml', JSON.stringify(object)]);
  });

  it('reveals secrets in the body and nowhere else', async () => {
    let sent = '';
    const leaky = `data.password: Invalid value: "hunter22" (${Buffer.from('hunter22').toString('base64')})`;
    const { cluster } = await open((request, response) => {
      sent = request.body;
      status(422, 'Invalid', leaky, [{ reason: 'FieldValueInvalid', message: leaky, field: 'data.password' }])(request, response);
    });
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: 'stats' },
      stringData: { password: new Sealed('hunter22') },
    };
    const error = await failure(cluster.apply(secret));
    expect(JSON.parse(sent)).toMatchObject({ data: { password: Buffer.from('hunter22').toString('base64') } });
    expect(JSON.parse(sent)).not.toHaveProperty('stringData');
    expect(JSON.stringify([error.message, error.cause])).not.toMatch(/hunter22|aHVudGVyMjI/);
    expect(error.message).toContain('(sealed)');
  });

  it('gives conflicts with their causes', async () => {
    const cause = { reason: 'FieldManagerConflict', message: 'conflict with "kubectl-edit" using apps/v1', field: '.spec.replicas' };
    const { cluster } = await open(status(409, 'Conflict', 'Apply failed with 1 conflict', [cause]));
    const error = await failure(
      cluster.apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'stats' } }),
    );
    expect(error.message).toBe(
      'Applying Deployment stats/web was refused: Apply failed with 1 conflict; .spec.replicas: conflict with "kubectl-edit" using apps/v1',
    );
    expect(refusalOf(error)).toMatchObject({ status: 409, reason: 'Conflict', causes: [cause] });
  });

  it('lists page by page and starts over when the snapshot is gone', async () => {
    let gone = true;
    const { api, cluster } = await open((request, response) => {
      const next = new URL(request.url ?? '', 'https://x').searchParams.get('continue');
      if (next === 'b' && gone) {
        gone = false;
        status(410, 'Expired', 'too old')(request, response);
      } else if (next === 'b') json({ items: [{ metadata: { name: 'two' } }], metadata: {} })(request, response);
      else json({ items: [{ metadata: { name: 'one' } }], metadata: { continue: 'b' } })(request, response);
    });
    const items = await cluster.list('v1', 'Secret', { labels: 'a=b,c' });
    expect(items).toEqual([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'two' } },
    ]);
    expect(api.requests[1]).toBe('GET /api/v1/secrets?limit=500&continue=b&labelSelector=a%3Db%2Cc');
  });

  it('asks for the plural of a kind it does not know, once', async () => {
    const { api, cluster } = await open((request, response) => {
      if (request.url === '/apis/k3s.cattle.io/v1') {
        json({
          resources: [
            { name: 'addons/status', kind: 'Addon', namespaced: true },
            { name: 'addons', kind: 'Addon', namespaced: true },
          ],
        })(request, response);
      } else json({ items: [] })(request, response);
    });
    await cluster.list('k3s.cattle.io/v1', 'Addon', { namespace: 'kube-system' });
    await cluster.list('k3s.cattle.io/v1', 'Addon', { namespace: 'kube-system' });
    expect(api.requests).toEqual([
      'GET /apis/k3s.cattle.io/v1',
      'GET /apis/k3s.cattle.io/v1/namespaces/kube-system/addons?limit=500',
      'GET /apis/k3s.cattle.io/v1/namespaces/kube-system/addons?limit=500',
    ]);
    await expect(cluster.list('k3s.cattle.io/v1', 'Nothing')).rejects.toThrow('does not know the kind Nothing');
  });

  it('deletes what is gone already, and evicts with patience', async () => {
    const { cluster } = await open((request, response) => {
      if (request.method === 'DELETE') status(404, 'NotFound', 'gone')(request, response);
      else if (request.url?.includes('/db/')) status(429, 'TooManyRequests', 'budget')(request, response);
      else json({}, 201)(request, response);
    });
    await cluster.delete(pod);
    expect(await cluster.evict('stats', 'db')).toBe('blocked');
    expect(await cluster.evict('stats', 'web')).toBe('evicted');
  });

  it('gives raw answers as JSON or as text', async () => {
    const { api, cluster } = await open((request, response) => response.end(request.url?.startsWith('/readyz') ? 'ok' : '{"a":1}'));
    expect(await cluster.raw('GET', '/readyz?verbose=1')).toBe('ok');
    expect(await cluster.raw('GET', '/version')).toEqual({ a: 1 });
    expect(api.requests[0]).toBe('GET /readyz?verbose=1');
  });
});

describe('streams', () => {
  it('follows a log and keeps characters whole', async () => {
    const euro = Buffer.from('€ done\n');
    const { api, cluster } = await open((_, response) => {
      response.write(euro.subarray(0, 1));
      setTimeout(() => response.end(euro.subarray(1)), 20);
    });
    let text = '';
    await cluster.logs('stats', 'web', { container: 'web', tail: 5, follow: true, onText: (part) => (text += part) });
    expect(text).toBe('€ done\n');
    expect(api.requests).toEqual(['GET /api/v1/namespaces/stats/pods/web/log?container=web&tailLines=5&follow=true']);
  });

  it('watches on over broken, silent and outdated connections', async () => {
    const object = (name: string, version: string) => ({ kind: 'Pod', metadata: { name, resourceVersion: version } });
    const line = (type: string, value: unknown) => `${JSON.stringify({ type, object: value })}\n`;
    let watches = 0;
    let lists = 0;
    const { api, cluster } = await open((request, response) => {
      if (!request.url?.includes('watch=true')) {
        lists += 1;
        json({ metadata: { resourceVersion: String(lists * 10) }, items: [object(`list-${lists}`, '1')] })(request, response);
        return;
      }
      watches += 1;
      if (watches === 1) {
        response.write(line('ADDED', object('a', '11')));
        // Half a line, then the connection breaks.
        setTimeout(() => response.write('{"type":"MOD', () => request.socket.destroy()), 10);
      } else if (watches === 2) response.write(line('BOOKMARK', object('', '15')));
      // …and then silence.
      else if (watches === 3) response.end(line('ERROR', { kind: 'Status', code: 410, message: 'too old' }));
      else response.write(line('DELETED', object('a', '21')));
    });
    const seen: string[] = [];
    const stop = new AbortController();
    const onEvent = (event: WatchEvent) => {
      seen.push(
        event.kind === 'list' ? event.objects.map((item) => item.metadata.name).join() : `${event.kind} ${event.object.metadata.name}`,
      );
      if (seen.at(-1) === 'deleted a') stop.abort();
    };
    await cluster.watch('v1', 'Pod', { namespace: 'stats', onEvent, signal: stop.signal, idle: 100 });
    expect(seen).toEqual(['list-1', 'added a', 'list-2', 'deleted a']);
    const from = api.requests.map((request) => /resourceVersion=(\d+)/.exec(request)?.[1]).filter(Boolean);
    expect(from).toEqual(['10', '11', '15', '20']);
  });

  it('ends a watch that is refused', async () => {
    const { cluster } = await open(status(403, 'Forbidden', 'no'));
    const watching = cluster.watch('v1', 'Pod', { onEvent: () => {}, signal: new AbortController().signal });
    expect((await failure(watching)).code).toBe('FAR-KUBE-002');
  });
});
