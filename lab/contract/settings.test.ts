import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Bench } from './bench.ts';
import { imageMirrors, registriesYaml, serverConfig } from './settings.ts';

const bench = (mirrors: Record<string, unknown>): Bench =>
  ({ mirrors, server: { facts: { address: '192.0.2.1', cgroup: '1' } } }) as unknown as Bench;

it('puts the image registry beside the entries under test', () => {
  const mirrors = imageMirrors('https://registry.lab:5000', true);
  const file = parse(registriesYaml(bench(mirrors))) as { mirrors: Record<string, unknown>; configs: Record<string, unknown> };
  expect(Object.keys(file.mirrors)).toEqual(['docker.io', 'registry.contract.test', 'plain.contract.test:5000']);
  expect(file.configs['registry.lab:5000']).toEqual({ tls: { ca_file: '/var/tmp/k3s-contract/image-ca.crt' } });
});

it('names no image registry when none was given', () => {
  expect(imageMirrors(undefined, false)).toEqual({});
});

it('lets the kubelet run on cgroup v1', () => {
  expect(serverConfig(bench({}))['kubelet-arg']).toEqual(['fail-cgroupv1=false']);
});
