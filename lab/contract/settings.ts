import { stringify } from 'yaml';
import { agentPassword, type Bench, confDir, serverPassword, staging } from './bench.ts';
import type { Host } from './remote.ts';

/** Where nodes find the certificate authority of `--image-ca`. */
export const imageCaPath = `${staging}/image-ca.crt`;

/** How the installer is called on the server: arguments and environment are part of its restart rule. */
export const serverCall = { args: ['server', '--write-kubeconfig-mode', '0640'], env: { K3S_RESOLV_CONF: '/etc/resolv.conf' } } as const;

/** kubelet arguments a host needs before K3s runs at all. */
function kubeletArgs(cgroup: '1' | '2'): string[] {
  return cgroup === '1' ? ['fail-cgroupv1=false'] : [];
}

/** The registry that the whole run pulls docker.io's images from, if one was named. */
export function imageMirrors(registry: string | undefined, hasCa: boolean): Record<string, unknown> {
  if (registry === undefined) return {};
  return {
    mirrors: { 'docker.io': { endpoint: [registry] } },
    ...(hasCa ? { configs: { [new URL(registry).host]: { tls: { ca_file: imageCaPath } } } } : {}),
  };
}

/** A registries.yaml with one of each kind of entry. */
export function registriesYaml(bench: Bench): string {
  const base = bench.mirrors as { mirrors?: Record<string, unknown>; configs?: Record<string, unknown> };
  return stringify({
    mirrors: {
      ...base.mirrors,
      'registry.contract.test': {
        endpoint: ['https://a.contract.test/prefix', 'https://b.contract.test'],
        rewrite: { '^team/(.*)': 'mirror/$1' },
      },
      'plain.contract.test:5000': { endpoint: ['http://c.contract.test:5000'] },
    },
    configs: {
      ...base.configs,
      'b.contract.test': { auth: { username: 'contract-user', password: 'contract-registry-secret' }, tls: { insecure_skip_verify: true } },
    },
  });
}

/** The server's main configuration, with one key that does not exist. */
export function serverConfig(bench: Bench): Record<string, unknown> {
  return {
    token: serverPassword,
    'agent-token': agentPassword,
    'secrets-encryption': true,
    'write-kubeconfig-mode': '0644',
    disable: ['traefik', 'servicelb', 'metrics-server'],
    'node-ip': bench.server.facts.address,
    'node-label': ['contract.test/first=config'],
    'kubelet-arg': kubeletArgs(bench.server.facts.cgroup),
    'no-such-key': true,
  };
}

/** Writes the server's files: main file, two drop-ins that replace and append, registries. */
export async function writeServerSettings(bench: Bench): Promise<void> {
  const { host } = bench.server;
  await host.write(`${confDir}/config.yaml`, stringify(serverConfig(bench)));
  await host.write(`${confDir}/config.yaml.d/10-replace.yaml`, stringify({ 'node-label': ['contract.test/second=replaced'] }));
  await host.write(`${confDir}/config.yaml.d/20-append.yml`, stringify({ 'node-label+': ['contract.test/third=appended'] }));
  await host.write(`${confDir}/config.yaml.d/30-ignored.txt`, stringify({ 'node-label+': ['contract.test/fourth=ignored'] }));
  await host.write(`${confDir}/registries.yaml`, registriesYaml(bench));
}

/** Writes an agent's files. `extra` goes over the common keys. */
export async function writeAgentSettings(bench: Bench, host: Host, extra: Readonly<Record<string, unknown>>): Promise<void> {
  const { facts } = bench.agent ?? bench.server;
  await host.write(
    `${confDir}/config.yaml`,
    stringify({
      server: `https://${bench.server.facts.address}:6443`,
      'node-ip': facts.address,
      'kubelet-arg': kubeletArgs(facts.cgroup),
      ...extra,
    }),
  );
  if (Object.keys(bench.mirrors).length > 0) await host.write(`${confDir}/registries.yaml`, stringify(bench.mirrors));
}
