import { dataDir } from '../bench.ts';
import type { Check } from '../types.ts';
import { contains, every, holds, matches, same } from '../verdict.ts';

const k3s = 'exec /usr/local/bin/k3s "$@" 2>&1';

/** Subcommands, asked on a running server. */
export const commandChecks: readonly Check[] = [
  {
    id: 'command.version',
    contract: 'k3s --version names the release',
    run: async (bench) =>
      matches(
        await bench.server.host.need(k3s, { args: ['--version'] }),
        new RegExp(`^k3s version ${bench.options.version.replaceAll(/[.+]/g, '\\$&')}`),
      ),
  },
  {
    id: 'command.kubectl',
    contract: 'k3s kubectl finds the admin kubeconfig by itself',
    run: async (bench) => contains(await bench.server.host.need(k3s, { args: ['kubectl', 'get', '--raw', '/readyz'] }), 'ok'),
  },
  {
    id: 'command.crictl',
    contract: 'k3s crictl finds the CRI socket by itself',
    run: async (bench) => contains(await bench.server.host.need(k3s, { args: ['crictl', 'version'] }), 'RuntimeName:', 'containerd'),
  },
  {
    id: 'command.ctr',
    contract: 'k3s ctr works on the namespace k8s.io',
    run: async (bench) => {
      const answer = await bench.server.host.run(k3s, { args: ['ctr', 'containers', 'ls'] });
      return every(same(answer.code, 0), contains(answer.out, 'CONTAINER'));
    },
  },
  {
    id: 'command.secrets-encrypt',
    contract: 'secrets-encrypt status: enabled, stage start, hashes match',
    run: async (bench) =>
      contains(
        await bench.server.host.need(k3s, { args: ['secrets-encrypt', 'status'] }),
        'Encryption Status: Enabled',
        'Current Rotation Stage: start',
        'Server Encryption Hashes: All hashes match',
      ),
  },
  {
    id: 'command.etcd-snapshot',
    contract: 'etcd-snapshot is refused without etcd',
    run: async (bench) => {
      const answer = await bench.server.host.run(k3s, { args: ['etcd-snapshot', 'save'] });
      return every(holds(answer.code !== 0, 'an error', answer.code), matches(answer.out, /etcd/));
    },
  },
  {
    id: 'command.token',
    contract: 'k3s token create prints a token in its full form, with a bootstrap id and secret',
    run: async (bench) => {
      const answer = await bench.server.host.run(k3s, { args: ['token', 'create', '--ttl', '10m'] });
      return matches(answer.out, /K10[0-9a-f]{64}::[a-z0-9]{6}\.[a-z0-9]{16}/);
    },
  },
  {
    id: 'command.certificate-check',
    contract: 'k3s certificate check lists certificates',
    run: async (bench) => {
      const answer = await bench.server.host.run(k3s, { args: ['certificate', 'check'] });
      return every(same(answer.code, 0), contains(answer.out, 'system:admin'));
    },
  },
  {
    id: 'command.static',
    contract: 'files under server/static are served without credentials',
    run: async (bench) => {
      const script = `mkdir -p "$1/server/static"; echo contract > "$1/server/static/contract.txt"
        curl -sk https://127.0.0.1:6443/static/contract.txt; rm -f "$1/server/static/contract.txt"`;
      return same((await bench.server.host.need(script, { args: [dataDir] })).trim(), 'contract');
    },
  },
];
