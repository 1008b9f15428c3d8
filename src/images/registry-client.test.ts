import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, Sealed, sha256 } from '../common/index.ts';
import type { Registries } from '../spec/index.ts';
import { archesOf } from './arches-of.ts';
import { createRegistryClient } from './registry-client.ts';

const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
};

type Handle = (request: IncomingMessage, response: ServerResponse) => void;
const open: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()));
});

/** A loopback server; gives `127.0.0.1:port` and what it was asked. */
async function serve(handle: Handle): Promise<{ host: string; asked: { url: string; authorization: string | undefined }[] }> {
  const asked: { url: string; authorization: string | undefined }[] = [];
  const server: Server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', authorization: request.headers.authorization });
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const json = (response: ServerResponse, value: unknown, status = 200) => response.writeHead(status).end(JSON.stringify(value));
const digestOf = (value: unknown) => `sha256:${sha256(JSON.stringify(value))}`;

/** One image as a registry keeps it. */
const config = {
  architecture: 'amd64',
  os: 'linux',
  config: { ExposedPorts: { '3306/tcp': {} }, Healthcheck: { Test: ['CMD-SHELL', 'check'], Interval: 5e9 } },
};
const manifest = { schemaVersion: 2, config: { digest: digestOf(config) }, layers: [] };
const index = {
  schemaVersion: 2,
  manifests: [
    { digest: digestOf(manifest), platform: { os: 'linux', architecture: 'amd64' } },
    { digest: `sha256:${'b'.repeat(64)}`, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
    { digest: `sha256:${'c'.repeat(64)}`, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
    { digest: `sha256:${'d'.repeat(64)}`, platform: { os: 'windows', architecture: 'amd64' } },
    {
      digest: `sha256:${'e'.repeat(64)}`,
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    },
    { digest: `sha256:${'f'.repeat(64)}` },
  ],
};

/** Serves documents by the end of the path, 404 for others. */
const registry =
  (documents: Readonly<Record<string, unknown>>): Handle =>
  (request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname;
    const found = Object.entries(documents).find(([end]) => path.endsWith(end));
    if (found) json(response, found[1]);
    else json(response, { errors: [{ code: 'MANIFEST_UNKNOWN' }] }, 404);
  };
const all = {
  '/manifests/10.11': index,
  [`/manifests/${digestOf(manifest)}`]: manifest,
  [`/blobs/${digestOf(config)}`]: config,
  '/manifests/single': manifest,
};

/** A client whose docker.io is the given endpoints; the registry itself cannot be reached from a test. */
function client(endpoint: readonly string[], extra: Partial<Registries> & { deadline?: number; password?: string } = {}) {
  const made = createRegistryClient({
    registries: { mirrors: extra.mirrors ?? { 'r.invalid': { endpoint } }, configs: extra.configs ?? {} },
    readFile: async () => '',
    secret: async () => new Sealed(extra.password ?? 'hunter2'),
    clock,
    deadline: extra.deadline ?? 3000,
  });
  open.push(made);
  return made;
}

describe('the registry client', () => {
  it('reads an index once, without attestations, and the config of one child', async () => {
    const { host, asked } = await serve(registry(all));
    const images = client([`http://${host}`]);
    const [found, again] = await Promise.all([images.platforms('r.invalid/mariadb:10.11'), images.platforms('r.invalid/mariadb:10.11')]);
    expect(found).toEqual({
      image: 'r.invalid/mariadb:10.11',
      digest: digestOf(index),
      platforms: ['linux/amd64', 'linux/arm/v7', 'linux/arm64', 'windows/amd64'],
      certainty: 'index',
      notes: ['entry sha256:ffffffffffff of the index names no platform and was not counted'],
      exposed: ['3306/tcp'],
      healthcheck: { test: ['/bin/sh', '-c', 'check'], interval: 5000, timeout: 30_000, retries: 3, startPeriod: 0 },
    });
    expect(again).toEqual(found);
    expect(archesOf(found)).toEqual(['amd64', 'arm64']);
    expect(asked.map((a) => a.url)).toEqual([
      '/v2/mariadb/manifests/10.11?ns=r.invalid',
      `/v2/mariadb/manifests/${digestOf(manifest)}?ns=r.invalid`,
      `/v2/mariadb/blobs/${digestOf(config)}?ns=r.invalid`,
    ]);
  });

  it('reads the architecture of a single manifest from its config, also by digest', async () => {
    const { host } = await serve(registry(all));
    const images = client([`http://${host}`]);
    expect(await images.platforms('r.invalid/x:single')).toMatchObject({ platforms: ['linux/amd64'], certainty: 'manifest', notes: [] });
    expect(await images.platforms(`r.invalid/x:10.11@${digestOf(manifest)}`)).toMatchObject({
      platforms: ['linux/amd64'],
      certainty: 'manifest',
    });
    expect((await images.platforms('r.invalid/x-arm64:single')).notes).toEqual([
      "the name says linux/arm64, the image's config says linux/amd64",
    ]);
  });

  it('keeps what the index says when the child fails, and defaults nothing', async () => {
    const { host } = await serve((request, response) => {
      if (request.url?.includes('/manifests/10.11')) json(response, index);
      else json(response, {}, 429);
    });
    const found = await client([`http://${host}`]).platforms('r.invalid/x:10.11');
    expect(archesOf(found)).toEqual(['amd64', 'arm64']);
    expect(found.exposed).toBeUndefined();
    expect(found.notes.at(-1)).toContain('exposed ports are not known');
  });

  it('tells missing from busy, refused and silent', async () => {
    const none = await serve(registry({}));
    const busy = await serve((_, response) => json(response, {}, 429));
    const shut = await serve((_, response) => json(response, {}, 401));
    const slow = await serve(() => undefined);
    expect(await client([`http://${none.host}`]).platforms('r.invalid/x')).toMatchObject({
      missing: true,
      certainty: 'unknown',
      platforms: [],
    });
    const both = await client([`http://${none.host}`, `http://${busy.host}`]).platforms('r.invalid/x');
    expect(both.missing).toBeUndefined();
    expect(both.reason).toContain('429');
    const refused = await client([`http://${shut.host}`]).platforms('r.invalid/x');
    expect(refused.reason).toContain('refused (401)');
    expect(refused.missing).toBeUndefined();
    const silent = await client([`http://${slow.host}`], { deadline: 150 }).platforms('r.invalid/arm64v8/x');
    expect(silent).toMatchObject({ certainty: 'name', platforms: ['linux/arm64'] });
    expect(silent.reason).toContain('no answer within 0.15 s');
  });

  it('tries the next endpoint, rewrites names and takes the wildcard mirror', async () => {
    const none = await serve(registry({}));
    const { host, asked } = await serve(registry(all));
    const images = client([], {
      mirrors: { '*': { endpoint: [`http://${none.host}`, `http://${host}/hub/v2`], rewrite: { '^library/(.*)': 'cache/$1' } } },
    });
    expect((await images.platforms('mariadb:10.11')).certainty).toBe('index');
    expect(asked[0]?.url).toBe('/hub/v2/cache/mariadb/manifests/10.11?ns=docker.io');
  });

  it('fetches a token with the credentials, reads access_token, and uses it for the rest', async () => {
    const service = await serve((request, response) => {
      const scope = new URL(request.url ?? '', 'http://x').searchParams.get('scope');
      const basic = `Basic ${Buffer.from('me:hunter2').toString('base64')}`;
      if (request.headers.authorization === basic && scope === 'repository:a/x:pull')
        json(response, { access_token: 'T', expires_in: 100 });
      else json(response, {}, 401);
    });
    const { host, asked } = await serve((request, response) => {
      if (request.headers.authorization === 'Bearer T') return registry(all)(request, response);
      response.setHeader('www-authenticate', [
        'Negotiate',
        `Bearer realm="http://${service.host}/token",service="a, b",scope="repository:a/x:pull"`,
      ]);
      return json(response, {}, 401);
    });
    const configs = { [host]: { auth: { username: 'me', password: { env: 'P' } } } };
    expect(await client([`http://${host}`], { configs }).platforms('r.invalid/a/x:10.11')).toMatchObject({
      certainty: 'index',
      exposed: ['3306/tcp'],
    });
    expect(asked.map((a) => a.authorization)).toEqual([undefined, 'Bearer T', 'Bearer T', 'Bearer T']);
    expect(service.asked[0]?.url).toContain('service=a%2C+b');
    const wrong = await client([`http://${host}`], { configs, password: 'no' }).platforms('r.invalid/a/x:10.11');
    expect(wrong.reason).toContain('refused');
    expect(JSON.stringify(wrong)).not.toContain('hunter2');
  });

  it('gives up after one token when the registry goes on refusing', async () => {
    const { host, asked } = await serve((request, response) => {
      if (request.url?.startsWith('/token')) return json(response, { token: 'T' });
      response.setHeader('www-authenticate', `Bearer realm="http://${request.headers.host}/token"`);
      return json(response, {}, 401);
    });
    expect((await client([`http://${host}`]).platforms('r.invalid/x')).reason).toContain('refused (401)');
    expect(asked).toHaveLength(3);
  });

  it('answers Basic, and does not carry it to another host on a redirect', async () => {
    const blobs = await serve((_, response) => json(response, config));
    const { host } = await serve((request, response) => {
      if (!request.headers.authorization?.startsWith('Basic ')) {
        response.setHeader('www-authenticate', 'Basic realm="a registry"');
        return json(response, {}, 401);
      }
      if (!request.url?.includes('/blobs/')) return json(response, manifest);
      return response.writeHead(307, { location: `http://${blobs.host}/blob` }).end();
    });
    const configs = { [host]: { auth: { username: 'me', password: { env: 'P' } } } };
    expect(await client([`http://${host}`], { configs }).platforms('r.invalid/x:1')).toMatchObject({ certainty: 'manifest' });
    expect(blobs.asked).toEqual([{ url: '/blob', authorization: undefined }]);
  });

  it('stops at endless redirects, at lies about a digest, and at schema 1', async () => {
    const round = await serve((request, response) => response.writeHead(302, { location: request.url }).end());
    expect((await client([`http://${round.host}`]).platforms('r.invalid/x')).reason).toContain('redirects');
    const liar = await serve((_, response) => json(response, index));
    expect((await client([`http://${liar.host}`]).platforms(`r.invalid/x@sha256:${'0'.repeat(64)}`)).reason).toContain('does not match');
    const old = await serve((_, response) => json(response, { schemaVersion: 1, architecture: 'amd64' }));
    expect((await client([`http://${old.host}`]).platforms('r.invalid/x')).reason).toContain('schema 1');
  });

  it('tries once more when the connection broke', async () => {
    let broken = 1;
    const { host } = await serve((request, response) => {
      broken -= 1;
      if (broken === 0) request.socket.destroy();
      else registry(all)(request, response);
    });
    expect(await client([`http://${host}`]).platforms('r.invalid/x:10.11')).toMatchObject({ certainty: 'index' });
    const gone = await serve((request) => request.socket.destroy());
    expect((await client([`http://${gone.host}`]).platforms('r.invalid/x')).certainty).toBe('unknown');
    expect(gone.asked).toHaveLength(2);
  });

  it('says what is no reference and what is the node itself', async () => {
    const images = client([]);
    expect((await images.platforms('Not An Image')).reason).toContain('not an image reference');
    expect((await images.platforms('localhost:5000/x')).reason).toContain('the node itself');
  });
});
