import { request } from 'undici';
import { sha256 } from '../common/index.ts';
import type { K3sSpec } from '../spec/index.ts';

/** Where K3s publishes: its release page, and its repository for the install script. */
const official = { releases: 'https://github.com/k3s-io/k3s/releases/download', scripts: 'https://raw.githubusercontent.com/k3s-io/k3s' };

/**
 * The digests of a K3s version as K3s itself publishes them, read over TLS when `init` writes the
 * file. From then on the file is what downloads are checked against, wherever they come from: a
 * mirror's own list is never believed. Throws when they cannot be read.
 */
export async function fetchPins(version: string, from: typeof official = official): Promise<Required<K3sSpec['sha256']>> {
  const tag = encodeURIComponent(version);
  const [amd64, arm64, script] = await Promise.all([
    read(`${from.releases}/${tag}/sha256sum-amd64.txt`),
    read(`${from.releases}/${tag}/sha256sum-arm64.txt`),
    read(`${from.scripts}/${tag}/install.sh`),
  ]);
  return { amd64: digestIn(amd64, 'k3s'), arm64: digestIn(arm64, 'k3s-arm64'), installScript: sha256(script) };
}

/** The digest of one file in a list as sha256sum writes it. */
function digestIn(list: string, file: string): string {
  const line = list
    .split('\n')
    .map((entry) => entry.trim().split(/\s+\*?/))
    .find(([, name]) => name === file);
  if (!line?.[0] || !/^[0-9a-f]{64}$/.test(line[0])) throw new Error(`the release's list of digests does not name ${file}`);
  return line[0];
}

async function read(url: string): Promise<string> {
  let next = url;
  for (let hops = 0; hops < 5; hops += 1) {
    const answer = await request(next, { headersTimeout: 8000, bodyTimeout: 8000, signal: AbortSignal.timeout(10_000) });
    const location = answer.headers.location;
    if (answer.statusCode >= 300 && answer.statusCode < 400 && typeof location === 'string') {
      await answer.body.dump();
      next = new URL(location, next).href;
      continue;
    }
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`);
    return text;
  }
  throw new Error(`${url} redirects too often`);
}
