import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { sha256 } from '../common/index.ts';
import { fetchPins } from './fetch-pins.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

/** A release page on loopback: paths to texts; a text beginning with `→` is a redirect. */
async function releases(pages: Record<string, string>): Promise<{ releases: string; scripts: string }> {
  const server = createServer((request, response) => {
    const text = pages[request.url ?? ''];
    if (text === undefined) return void response.writeHead(404).end('Not Found');
    if (text.startsWith('→')) return void response.writeHead(302, { location: text.slice(1) }).end();
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { releases: `${base}/r`, scripts: `${base}/s` };
}

it('reads the digests of the release and hashes the script of its tag, through redirects', async () => {
  const from = await releases({
    '/r/v1.36.4%2Bk3s1/sha256sum-amd64.txt': '→/elsewhere',
    '/elsewhere': `${b}  k3s-airgap-images-amd64.tar\n${a}  k3s\n`,
    '/r/v1.36.4%2Bk3s1/sha256sum-arm64.txt': `${b} *k3s-arm64\n`,
    '/s/v1.36.4%2Bk3s1/install.sh': '#!/bin/sh\n',
  });
  expect(await fetchPins('v1.36.4+k3s1', from)).toEqual({ amd64: a, arm64: b, installScript: sha256('#!/bin/sh\n') });
});

it.each([
  [
    'a list without the file',
    { '/r/v1/sha256sum-amd64.txt': `${a}  other\n`, '/r/v1/sha256sum-arm64.txt': `${b}  k3s-arm64\n`, '/s/v1/install.sh': 'x' },
    'does not name k3s',
  ],
  ['a release that is not there', {}, 'answered 404'],
  [
    'redirects in a circle',
    { '/r/v1/sha256sum-amd64.txt': '→/r/v1/sha256sum-amd64.txt', '/r/v1/sha256sum-arm64.txt': '', '/s/v1/install.sh': 'x' },
    /redirects too often|does not name/,
  ],
])('gives up on %s', async (_what, pages, message) => {
  await expect(fetchPins('v1', await releases(pages as Record<string, string>))).rejects.toThrow(message);
});
