import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Clock, Sealed } from '../../src/common/index.ts';
import { createRegistryClient } from '../../src/images/index.ts';
import { makeCertificates } from '../kube-api/loopback-api.ts';

const clock: Clock = { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()) };
const certificates = makeCertificates();
const index = JSON.stringify({ schemaVersion: 2, manifests: [{ digest: 'sha256:0', platform: { os: 'linux', architecture: 'arm64' } }] });
const server = createServer({ key: certificates.key, cert: certificates.cert }, (request, response) => {
  response.writeHead(request.url?.includes('/manifests/1') ? 200 : 404).end(index);
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function look(tls: { ca?: string; insecureSkipVerify?: boolean } | undefined) {
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createRegistryClient({
    registries: { mirrors: { 'r.invalid': { endpoint: [`https://${host}`] } }, configs: tls ? { [host]: { tls } } : {} },
    readFile: async (path) => {
      if (path !== '/ca.pem') throw new Error(`${path} does not exist`);
      return certificates.ca;
    },
    secret: async () => new Sealed(''),
    clock,
  });
  try {
    return await client.platforms('r.invalid/x:1');
  } finally {
    await client.close();
  }
}

it('trusts a private authority only where the file says so', async () => {
  expect(await look({ ca: '/ca.pem' })).toMatchObject({ platforms: ['linux/arm64'], certainty: 'index' });
  expect(await look({ insecureSkipVerify: true })).toMatchObject({ certainty: 'index' });
  expect((await look(undefined)).reason).toMatch(/certificate/);
  expect((await look({ ca: '/gone.pem' })).reason).toContain('/gone.pem does not exist');
});
