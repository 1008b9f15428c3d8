import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Clock } from '../../src/common/index.ts';

/** Certificates as K3s makes them: one CA, a serving pair for 127.0.0.1 and a client pair. PEM. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

/** Makes a CA and two pairs with the system's openssl. */
export function makeCertificates(san = 'IP:127.0.0.1'): Certificates {
  const dir = mkdtempSync(join(tmpdir(), 'farthing-tls-'));
  try {
    const at = (name: string) => join(dir, name);
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] });
    const key = (name: string) => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at(name));
    key('ca.key');
    openssl('req', '-x509', '-new', '-key', 'ca.key', '-days', '2', '-subj', '/CN=test-ca', '-out', 'ca.crt');
    const sign = (name: string, subject: string, extensions: string) => {
      key(`${name}.key`);
      writeFileSync(at(`${name}.ext`), extensions);
      openssl('req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`);
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.crt',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-days',
        '2',
        '-extfile',
        `${name}.ext`,
        '-out',
        `${name}.crt`,
      );
    };
    sign('server', '/CN=k3s', `subjectAltName=${san}\n`);
    sign('client', '/O=system:masters/CN=system:admin', 'extendedKeyUsage=clientAuth\n');
    const read = (name: string) => readFileSync(at(name), 'utf8');
    return {
      ca: read('ca.crt'),
      cert: read('server.crt'),
      key: read('server.key'),
      clientCert: read('client.crt'),
      clientKey: read('client.key'),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A running loopback server and the kubeconfig to reach it. */
export interface LoopbackApi {
  readonly port: number;
  readonly kubeconfig: string;
  /** `METHOD /path?query` of each request so far. */
  readonly requests: string[];
  /** TLS connections opened so far. */
  connections(): number;
  close(): Promise<void>;
}

/** Answers one request; `body` is what was sent. */
export type Answering = (request: IncomingMessage & { readonly body: string }, response: ServerResponse) => void;

/** Serves `answer` over https that asks for a client certificate. */
export async function startLoopbackApi(certificates: Certificates, answer: Answering): Promise<LoopbackApi> {
  const requests: string[] = [];
  let connections = 0;
  const server: Server = createServer(
    { ca: certificates.ca, cert: certificates.cert, key: certificates.key, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8');
      });
      request.on('end', () => {
        requests.push(`${request.method} ${request.url}`);
        answer(Object.assign(request, { body }), response);
      });
    },
  );
  server.on('secureConnection', () => {
    connections += 1;
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    kubeconfig: makeKubeconfig(certificates, `https://127.0.0.1:${port}`),
    requests,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A kubeconfig of the shape K3s writes. */
export function makeKubeconfig(certificates: Certificates, server: string): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'default', cluster: { 'certificate-authority-data': base64(certificates.ca), server } }],
    contexts: [{ name: 'default', context: { cluster: 'default', user: 'default' } }],
    'current-context': 'default',
    preferences: {},
    users: [
      {
        name: 'default',
        user: { 'client-certificate-data': base64(certificates.clientCert), 'client-key-data': base64(certificates.clientKey) },
      },
    ],
  });
}

/** Time that passes only by sleeping; each sleep gives way to the event loop once. */
export function quickClock(start = Date.UTC(2026, 0, 1)): Clock & { readonly slept: number[] } {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
      await new Promise((resolve) => setTimeout(resolve, 1));
      signal?.throwIfAborted();
    },
  };
}
