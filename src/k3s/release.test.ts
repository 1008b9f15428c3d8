import { expect, it } from 'vitest';
import { loadCatalog } from '../catalog/index.ts';
import { digestFor, releaseFor, releaseUrls } from './release.ts';

it('K3s publishes its binaries with the release and its script in the repository', () => {
  expect(releaseUrls({ version: 'v1.36.4+k3s1' }, 'amd64')).toEqual({
    binary: 'https://github.com/k3s-io/k3s/releases/download/v1.36.4%2Bk3s1/k3s',
    installScript: 'https://raw.githubusercontent.com/k3s-io/k3s/v1.36.4%2Bk3s1/install.sh',
  });
});

it('a mirror has all in one folder', () => {
  expect(releaseUrls({ version: 'v1.36.4+k3s1', mirror: 'https://mirror.example/k3s/' }, 'arm64')).toEqual({
    binary: 'https://mirror.example/k3s/v1.36.4%2Bk3s1/k3s-arm64',
    installScript: 'https://mirror.example/k3s/v1.36.4%2Bk3s1/install.sh',
  });
});

it("the file's digests win, and an unknown one is an error", () => {
  const k3s = { version: 'v9.9.9+k3s1', sha256: { amd64: 'aa', installScript: 'cc' } };
  expect(digestFor({ k3s }, loadCatalog(), 'amd64')).toEqual({ binary: 'aa', installScript: 'cc' });
  expect(releaseFor({ k3s }, loadCatalog(), 'amd64').binary).toEqual({
    url: 'https://github.com/k3s-io/k3s/releases/download/v9.9.9%2Bk3s1/k3s',
    sha256: 'aa',
  });
  expect(() => digestFor({ k3s }, loadCatalog(), 'arm64')).toThrow(/no digest is known/);
});
