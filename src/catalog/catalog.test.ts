import { describe, expect, it } from 'vitest';
import { k3sDigest, loadCatalog, overheadOf, requestOf, staleFacts } from './index.ts';

const catalog = loadCatalog();
const every = [...catalog.k3s, ...catalog.overhead, ...catalog.images, catalog.fallback, ...catalog.machineTypes, ...catalog.helperSources];

describe('the catalogue', () => {
  it('dates every fact and says where it was read', () => {
    for (const fact of every) {
      expect(Number.isNaN(Date.parse(fact.asOf)), JSON.stringify(fact)).toBe(false);
      expect(fact.source.length, JSON.stringify(fact)).toBeGreaterThan(5);
    }
  });

  it('names nothing twice', () => {
    for (const names of [
      catalog.images.map((image) => image.name),
      catalog.k3s.map((release) => release.version),
      catalog.machineTypes.map((type) => `${type.provider} ${type.type}`),
    ]) {
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('knows the release that init writes', () => {
    expect(catalog.k3s.map((release) => release.version)).toContain(catalog.k3sDefault);
  });

  it('is read once', () => {
    expect(loadCatalog()).toBe(catalog);
  });
});

describe('overheadOf', () => {
  it('has the measured figures and the documented minimum', () => {
    const mib = 1024 ** 2;
    expect(overheadOf(catalog, 'server')).toMatchObject({ memory: 1596 * mib, systemReserve: 150 * mib, minimumCpus: 2000 });
    expect(overheadOf(catalog, 'agent')).toMatchObject({ memory: 275 * mib, minimumMemory: 512 * mib, minimumCpus: 1000 });
  });

  it('leaves a 1 GiB agent room for small things, and a 12 GiB server room for large ones', () => {
    const left = (role: 'server' | 'agent', memory: number) =>
      memory - overheadOf(catalog, role).memory - overheadOf(catalog, role).systemReserve;
    expect(left('agent', 1024 ** 3)).toBeGreaterThan(512 * 1024 ** 2);
    expect(left('server', 12 * 1024 ** 3)).toBeGreaterThan(10 * 1024 ** 3);
  });
});

describe('requestOf', () => {
  it.each([
    ['library/mariadb', 'mariadb'],
    ['mariadb', 'mariadb'],
    ['bitnami/redis', 'redis'],
    ['misskey/misskey', 'misskey/misskey'],
    ['someone/misskey', 'misskey/misskey'],
    ['library/matomo', 'matomo'],
    ['someone/something', '*'],
    ['', '*'],
  ])('%s is taken for %s', (repository, name) => expect(requestOf(catalog, repository).name).toBe(name));
});

describe('k3sDigest', () => {
  const pinned = 'a'.repeat(64);

  it('goes by the file first, then by the catalogue', () => {
    const release = { version: 'v9.9.9+k3s1', sha256: { amd64: 'b'.repeat(64) }, asOf: '2026-11-24', source: 'test' };
    const known = { ...catalog, k3s: [release] };
    expect(k3sDigest(known, { version: release.version, sha256: { amd64: pinned } }, 'amd64')).toBe(pinned);
    expect(k3sDigest(known, { version: release.version, sha256: {} }, 'amd64')).toBe('b'.repeat(64));
  });

  it('says how to get one and where to pin it', () => {
    expect(() => k3sDigest(catalog, { version: 'v1.36.4+k3s1', sha256: {} }, 'arm64')).toThrowError(
      expect.objectContaining({
        code: 'FAR-K3S-004',
        hint: expect.stringMatching(/v1\.36\.4%2Bk3s1\/sha256sum-arm64\.txt \| grep ' k3s-arm64\$'.*sha256: \{ arm64: … \}/),
      }),
    );
  });
});

describe('staleFacts', () => {
  it('lists what is older than asked, oldest first', () => {
    const at = (date: string) => Date.parse(date);
    expect(staleFacts(catalog, at('2026-05-01'), 0)).toEqual([]);
    const stale = staleFacts(catalog, at('2027-11-24'), 180);
    expect(stale.length).toBe(every.length);
    expect(stale.map((fact) => fact.days)).toEqual(stale.map((fact) => fact.days).sort((a, b) => b - a));
  });
});
