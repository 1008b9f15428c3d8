import { createHash, X509Certificate } from 'node:crypto';
import { clock, getJson, journalLine, kubectl } from '../actions.ts';
import { type Bench, dataDir } from '../bench.ts';
import { ask, type Caller } from '../supervisor-api.ts';
import type { Check } from '../types.ts';
import { contains, every, holds, same } from '../verdict.ts';

/** A node that never existed: its password Secret is made and removed by the checks. */
const ghost = 'contract-ghost';
const ghostSecret = `${ghost}.node-password.k3s`;
const asGhost = (password: string): string[] => [`k3s-Node-Name: ${ghost}`, `k3s-Node-Password: ${password}`];

const status = (id: string, contract: string, caller: Caller, path: string, expected: number): Check => ({
  id,
  contract,
  run: async (bench) => {
    const answer = await ask(bench.server.host, caller, path);
    return holds(answer.status === expected, String(expected), `${answer.status} ${answer.body.slice(0, 120)}`);
  },
});

const forget = (bench: Bench): Promise<string> =>
  kubectl(bench.server.host, 'delete', 'secret', '-n', 'kube-system', ghostSecret, '--ignore-not-found');

/** What the supervisor answers on 6443, asked on a running server. */
export const protocolChecks: readonly Check[] = [
  {
    id: 'join.ping',
    contract: 'GET /ping answers pong to anyone',
    run: async (bench) => {
      const { status: code, body } = await ask(bench.server.host, 'nobody', '/ping');
      return same([code, body], [200, 'pong']);
    },
  },
  {
    id: 'join.cacerts',
    contract: 'GET /cacerts answers server-ca.crt, byte for byte, to anyone',
    run: async (bench) => {
      const { status: code, body } = await ask(bench.server.host, 'nobody', '/cacerts');
      const file = await bench.server.host.need('cat "$1"', { args: [`${dataDir}/server/tls/server-ca.crt`] });
      const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
      return same([code, hash(body)], [200, hash(file)]);
    },
  },
  status('join.config-nobody', 'config without credentials is 403', 'nobody', '/v1-k3s/config', 403),
  status('join.config-stranger', 'config with a wrong password is 401', 'stranger', '/v1-k3s/config', 401),
  {
    id: 'join.config',
    contract: 'config with the agent password is JSON with ranges, DNS, domain and backend',
    run: async (bench) => {
      const answer = await ask(bench.server.host, 'node', '/v1-k3s/config');
      const config = JSON.parse(answer.body) as Record<string, unknown>;
      const range = config.ClusterIPRange as { IP?: string } | string | undefined;
      return every(
        same(
          [config.ClusterDomain, config.FlannelBackend, config.ClusterDNS, config.HTTPSPort],
          ['cluster.local', 'vxlan', '10.43.0.10', 6443],
        ),
        contains(JSON.stringify(range ?? 'absent'), '10.42.0.0'),
      );
    },
  },
  status('join.config-server', 'config with the server password works too', 'server', '/v1-k3s/config', 200),
  {
    id: 'join.ca-files',
    contract: 'client-ca.crt and server-ca.crt are PEM, for agents only',
    run: async (bench) => {
      const files = ['/v1-k3s/client-ca.crt', '/v1-k3s/server-ca.crt'];
      const answers = await Promise.all(files.map((path) => ask(bench.server.host, 'node', path)));
      const closed = await ask(bench.server.host, 'nobody', files[0] ?? '');
      return every(...answers.map((answer) => contains(answer.body, '-----BEGIN CERTIFICATE-----')), same(closed.status, 403));
    },
  },
  {
    id: 'join.apiservers',
    contract: 'apiservers is a JSON list of ip:6443',
    run: async (bench) => {
      const answer = await ask(bench.server.host, 'node', '/v1-k3s/apiservers');
      return same(JSON.parse(answer.body), [`${bench.server.facts.address}:6443`]);
    },
  },
  {
    id: 'join.readyz',
    contract: 'readyz answers ok to agents',
    run: async (bench) => {
      const answer = await ask(bench.server.host, 'node', '/v1-k3s/readyz');
      return same([answer.status, answer.body.trim()], [200, 'ok']);
    },
  },
  status('join.bootstrap-node', 'server-bootstrap is closed to agents: 403', 'node', '/v1-k3s/server-bootstrap', 403),
  status('join.bootstrap-sqlite', 'server-bootstrap on SQLite is 400 etcd disabled', 'server', '/v1-k3s/server-bootstrap', 400),
  {
    id: 'join.node-headers',
    contract: 'a kubelet certificate without node name or password is 400',
    run: async (bench) => {
      const none = await ask(bench.server.host, 'node', '/v1-k3s/serving-kubelet.crt');
      const half = await ask(bench.server.host, 'node', '/v1-k3s/serving-kubelet.crt', [`k3s-Node-Name: ${ghost}`]);
      return same([none.status, half.status], [400, 400]);
    },
  },
  {
    id: 'join.node-password-created',
    contract: 'the first password of a node name is kept as a Secret, the certificate is for that node',
    run: async (bench) => {
      await forget(bench);
      const answer = await ask(bench.server.host, 'node', '/v1-k3s/client-kubelet.crt', asGhost('first-password'));
      const secret = await getJson<{ type: string }>(bench.server.host, 'secret', '-n', 'kube-system', ghostSecret);
      const subject = answer.status === 200 ? new X509Certificate(answer.body).subject : `${answer.status} ${answer.body}`;
      return every(
        contains(subject, 'O=system:nodes', `CN=system:node:${ghost}`),
        contains(answer.body, 'PRIVATE KEY'),
        same(secret?.type, 'k3s.cattle.io/node-password'),
      );
    },
  },
  {
    id: 'join.serving-certificate',
    contract: 'a serving certificate names the node, localhost, 127.0.0.1 and the addresses it said',
    run: async (bench) => {
      const headers = [...asGhost('first-password'), 'k3s-Node-IP: 192.0.2.7'];
      const answer = await ask(bench.server.host, 'node', '/v1-k3s/serving-kubelet.crt', headers);
      const names = new X509Certificate(answer.body).subjectAltName ?? '';
      return contains(names, `DNS:${ghost}`, 'DNS:localhost', 'IP Address:127.0.0.1', 'IP Address:192.0.2.7');
    },
  },
  {
    id: 'join.node-password-wrong',
    contract: 'another password for the same node name is 403, and the server says so in its log',
    run: async (bench) => {
      const since = await clock(bench.server.host);
      const answer = await ask(bench.server.host, 'node', '/v1-k3s/serving-kubelet.crt', asGhost('second-password'));
      const line = await journalLine(bench.server.host, 'k3s', since, /unable to verify (password|hash) for node/, 15);
      return every(same(answer.status, 403), contains(line, ghost));
    },
  },
  {
    id: 'join.node-password-freed',
    contract: 'deleting the Secret frees the name',
    run: async (bench) => {
      await forget(bench);
      // The server may keep the Secret in a cache for a moment.
      let last = 0;
      for (let attempt = 0; attempt < 10 && last !== 200; attempt += 1) {
        if (attempt > 0) await bench.server.host.need('sleep 1');
        last = (await ask(bench.server.host, 'node', '/v1-k3s/serving-kubelet.crt', asGhost('second-password'))).status;
      }
      await forget(bench);
      return same(last, 200);
    },
  },
];
