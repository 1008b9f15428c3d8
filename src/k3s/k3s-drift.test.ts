import { describe, expect, it } from 'vitest';
import { sampleFacts } from '../../test/sample-facts.ts';
import { Sealed, sha256 } from '../common/index.ts';
import type { K3sFacts } from '../host/index.ts';
import { k3sDrift } from './k3s-drift.ts';
import { leaveOperation } from './operations.ts';
import type { WantedNode } from './types.ts';

const registries = new Sealed('mirrors: {}\n');
const wanted: WantedNode = {
  machine: 'big',
  role: 'server',
  server: 'big',
  release: {
    version: 'v1.36.4+k3s1',
    binary: { url: 'https://x/k3s', sha256: 'aa' },
    installScript: { url: 'https://x/install.sh', sha256: 'bb' },
  },
  files: { config: '# farthing\nnode-name: big\ndisable:\n  - traefik\n', registries, others: {} },
};
const good: K3sFacts = {
  role: 'server',
  binarySha256: 'aa',
  version: 'v1.36.4+k3s1',
  installScriptSha256: 'bb',
  unitSha256: 'cc',
  unitRecordedSha256: 'cc',
  unitState: 'active',
  enabled: true,
  config: wanted.files.config,
  registriesSha256: sha256(registries.reveal()),
  stale: false,
  ours: true,
  kubeconfig: undefined,
};

const drift = (k3s: Partial<K3sFacts> | undefined) =>
  k3sDrift(sampleFacts({ k3s: k3s && { ...good, ...k3s } }), wanted, { after: ['host.firewall:big'] }).map(({ id, why, after }) => ({
    id,
    why,
    after,
  }));

describe('k3sDrift', () => {
  it('a node as wanted needs nothing', () => {
    expect(drift({})).toEqual([]);
  });

  it('a bare host is staged, then started', () => {
    expect(drift(undefined)).toEqual([
      { id: 'k3s.stage:big', why: 'K3s v1.36.4+k3s1 is not on the host yet', after: [] },
      { id: 'k3s.server:big', why: 'there is no cluster yet', after: ['host.firewall:big', 'k3s.stage:big'] },
    ]);
  });

  it.each([
    [
      { config: '# farthing\nnode-name: big\ndisable:\n  - traefik\n  - servicelb\n' },
      'k3s.config:big',
      'config.yaml differs from the file in disable',
    ],
    [{ config: `${wanted.files.config}node-taint: x\n` }, 'k3s.config:big', 'config.yaml differs from the file in node-taint'],
    [{ config: undefined }, 'k3s.config:big', 'config.yaml differs from the file in disable, node-name'],
    [{ registriesSha256: 'other' }, 'k3s.config:big', 'registries.yaml differs from the file'],
    [{ stale: true }, 'k3s.config:big', 'its configuration was changed after it was started'],
    [{ unitSha256: 'dd' }, 'k3s.unit:big', 'the unit is not the one that was installed'],
    [{ enabled: false }, 'k3s.unit:big', 'the unit is not started at boot'],
    [{ unitState: 'failed' }, 'k3s.server:big', 'K3s does not run (its unit is failed)'],
  ] as const)('%j is one operation', (k3s, id, why) => {
    expect(drift(k3s)).toEqual([{ id, why, after: ['host.firewall:big'] }]);
  });

  it('an installation that was broken off is finished', () => {
    const { unitRecordedSha256: _, ...without } = good;
    const operations = k3sDrift(sampleFacts({ k3s: without }), wanted);
    expect(operations.map(({ id, why }) => [id, why])).toEqual([['k3s.unit:big', 'the installation was broken off before its end']]);
  });

  it('another file under the same version is put back, with a restart', () => {
    expect(drift({ binarySha256: 'ee' }).map(({ id }) => id)).toEqual(['k3s.stage:big', 'k3s.unit:big']);
  });

  it('another version is left alone: up never upgrades', () => {
    expect(drift({ binarySha256: 'ee', version: 'v1.35.1+k3s1' })).toEqual([]);
  });

  it('a file that was only staged is not a node yet, and the plan assumes the same as on a bare host', () => {
    const start = (k3s: K3sFacts | undefined) => k3sDrift(sampleFacts({ k3s }), wanted).find(({ kind }) => kind === 'k3s.server');
    const staged = start({ ...good, role: undefined, config: undefined, unitState: 'absent', enabled: false });
    expect(staged?.assumes).toBe(start(undefined)?.assumes);
  });

  it('no secret is in the printed part or in its JSON', () => {
    const operations = k3sDrift(sampleFacts(), { ...wanted, files: { ...wanted.files, registries: new Sealed('password: hunter2') } });
    expect(JSON.stringify(operations)).not.toContain('hunter2');
  });
});

it('leaving destroys what the plan says and nothing where there is no K3s', () => {
  const destroys = [{ what: 'volume shop/db on big', size: 5 }];
  expect(leaveOperation(sampleFacts({ k3s: good }), { why: 'down', destroys })).toMatchObject({ id: 'k3s.leave:big', destroys });
  expect(leaveOperation(sampleFacts(), { why: 'down', destroys })).toBeUndefined();
});
