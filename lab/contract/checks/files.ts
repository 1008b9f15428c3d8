import { createHash, X509Certificate } from 'node:crypto';
import { parse } from 'yaml';
import { fileTrait, getJson, until } from '../actions.ts';
import { agentPassword, type Bench, confDir, dataDir, serverPassword } from '../bench.ts';
import { parseToken } from '../parse/token.ts';
import type { Check } from '../types.ts';
import { contains, every, fail, holds, matches, pass, same } from '../verdict.ts';

const read = (bench: Bench, path: string): Promise<string> => bench.server.host.need('cat "$1"', { args: [path] });
const trait = (bench: Bench, path: string): Promise<string> => fileTrait(bench.server.host, path);

interface Kubeconfig {
  readonly clusters: readonly { name: string; cluster: { server: string; 'certificate-authority-data': string } }[];
  readonly contexts: readonly { name: string; context: { cluster: string; user: string } }[];
  readonly users: readonly { name: string; user: { 'client-certificate-data': string; 'client-key-data': string } }[];
  readonly 'current-context': string;
}

/** Names which of the paths do not exist, relative to the data directory. */
async function missing(bench: Bench, paths: readonly string[]): Promise<string[]> {
  const out = await bench.server.host.need('cd "$1"; shift; for p in "$@"; do [ -e "$p" ] || echo "$p"; done', {
    args: [dataDir, ...paths],
  });
  return out.split('\n').filter((line) => line !== '');
}

const serverFiles = ['server-ca.crt', 'server-ca.key', 'client-ca.crt', 'client-ca.key', 'request-header-ca.crt', 'service.key'].map(
  (name) => `server/tls/${name}`,
);
const agentFiles = [
  ...['client-ca.crt', 'server-ca.crt', 'serving-kubelet.crt', 'client-kubelet.crt', 'client-kube-proxy.crt', 'client-k3s-controller.crt'],
  ...['kubelet.kubeconfig', 'kubeproxy.kubeconfig', 'k3scontroller.kubeconfig', 'pod-manifests', 'containerd/containerd.log'],
  ...['etc/flannel/net-conf.json', 'etc/cni/net.d/10-flannel.conflist', 'etc/kubelet.conf.d/00-k3s-defaults.conf', 'etc/crictl.yaml'],
].map((name) => `agent/${name}`);

/** Files that K3s promises, looked at on a running server. */
export const fileChecks: readonly Check[] = [
  {
    id: 'files.kubeconfig',
    contract: 'k3s.yaml: 127.0.0.1:6443, every name is default, certificates inline, admin of system:masters',
    run: async (bench) => {
      const file = parse(await read(bench, `${confDir}/k3s.yaml`)) as Kubeconfig;
      const [cluster, context, user] = [file.clusters[0], file.contexts[0], file.users[0]];
      const certificate = new X509Certificate(Buffer.from(user?.user['client-certificate-data'] ?? '', 'base64'));
      return every(
        same(cluster?.cluster.server, 'https://127.0.0.1:6443'),
        same(
          [cluster?.name, context?.name, context?.context.cluster, context?.context.user, user?.name, file['current-context']],
          Array(6).fill('default'),
        ),
        contains(certificate.subject, 'O=system:masters', 'CN=system:admin'),
        contains(Buffer.from(cluster?.cluster['certificate-authority-data'] ?? '', 'base64').toString(), '-----BEGIN CERTIFICATE-----'),
        contains(Buffer.from(user?.user['client-key-data'] ?? '', 'base64').toString(), 'PRIVATE KEY'),
      );
    },
  },
  {
    id: 'files.token',
    contract: 'server/token is K10<sha256 of /cacerts>::server:<password>, mode 600',
    run: async (bench) => {
      const token = parseToken(await read(bench, `${dataDir}/server/token`));
      const certificates = await bench.server.host.need('curl -sk https://127.0.0.1:6443/cacerts');
      const hash = createHash('sha256').update(certificates).digest('hex');
      return every(
        same(token, { caHash: hash, user: 'server', password: serverPassword }),
        same(await trait(bench, `${dataDir}/server/token`), '600 root'),
      );
    },
  },
  {
    id: 'files.node-token',
    contract: 'node-token is a link to token',
    run: async (bench) => matches(await trait(bench, `${dataDir}/server/node-token`), /^link (.*\/)?token$/),
  },
  {
    id: 'files.agent-token',
    contract: 'agent-token is K10<hash>::node:<agent password>',
    run: async (bench) => {
      const token = parseToken(await read(bench, `${dataDir}/server/agent-token`));
      return same([token?.user, token?.password], ['node', agentPassword]);
    },
  },
  {
    id: 'files.passwd',
    contract: 'cred/passwd holds users node (k3s:agent) and server (k3s:server)',
    run: async (bench) => {
      const text = await read(bench, `${dataDir}/server/cred/passwd`);
      return every(
        matches(text, new RegExp(`^${agentPassword},node,[^,]*,"?k3s:agent"?$`, 'm')),
        matches(text, new RegExp(`^${serverPassword},server,[^,]*,"?k3s:server"?$`, 'm')),
      );
    },
  },
  {
    id: 'files.node-password',
    contract: '/etc/rancher/node/password is 32 hex and a line end, mode 600',
    run: async (bench) =>
      every(
        matches(await read(bench, '/etc/rancher/node/password'), /^[0-9a-f]{32}\n$/),
        same(await trait(bench, '/etc/rancher/node/password'), '600 root'),
      ),
  },
  {
    id: 'files.node-password-secret',
    contract: 'Secret <node>.node-password.k3s: its type, key hash, immutable, owned by the Node',
    run: async (bench) => {
      interface Secret {
        type: string;
        immutable?: boolean;
        data: Record<string, string>;
        metadata: { ownerReferences?: { kind: string; name: string }[] };
      }
      const node = bench.server.facts.hostname;
      // The owner may be set a moment after the Node appears.
      const look = (): Promise<Secret | undefined> =>
        getJson<Secret>(bench.server.host, 'secret', '-n', 'kube-system', `${node}.node-password.k3s`);
      const owned = async (): Promise<Secret | undefined> => {
        const found = await look();
        return found?.metadata.ownerReferences === undefined ? undefined : found;
      };
      const secret = await until('an owner', 75, owned).catch(look);
      if (secret === undefined) return fail('the Secret exists', 'absent');
      const owner = secret.metadata.ownerReferences?.[0];
      return same(
        [secret.type, Object.keys(secret.data), secret.immutable, owner?.kind, owner?.name],
        ['k3s.cattle.io/node-password', ['hash'], true, 'Node', node],
      );
    },
  },
  {
    id: 'files.sqlite',
    contract: 'a single server keeps its state in server/db/state.db',
    run: async (bench) => {
      const head = await bench.server.host.need('head -c 15 "$1"', { args: [`${dataDir}/server/db/state.db`] });
      return same(head, 'SQLite format 3');
    },
  },
  {
    id: 'files.server-tls',
    contract: 'server/tls holds the three authorities and service.key',
    run: async (bench) => same(await missing(bench, serverFiles), []),
  },
  {
    id: 'files.agent',
    contract: 'agent/ holds authorities, certificates, kubeconfigs and generated settings',
    run: async (bench) => same(await missing(bench, agentFiles), []),
  },
  {
    id: 'files.userland',
    contract: 'data/<sha256>/bin holds the unpacked userland, with links current and cni',
    run: async (bench) => {
      const target = (await bench.server.host.need('readlink -f "$1/data/current"', { args: [dataDir] })).trim();
      const tools = ['current/bin/containerd', 'current/bin/containerd-shim-runc-v2', 'current/bin/runc', 'cni'].map(
        (name) => `data/${name}`,
      );
      return every(matches(target, /\/data\/[0-9a-f]{64}$/), same(await missing(bench, tools), []));
    },
  },
  {
    id: 'files.containerd-config',
    contract: 'agent/etc/containerd/config.toml is generated in containerd configuration version 3',
    run: async (bench) => matches(await read(bench, `${dataDir}/agent/etc/containerd/config.toml`), /^version = 3$/m),
  },
  {
    id: 'files.containerd-socket',
    contract: 'the CRI socket is /run/k3s/containerd/containerd.sock',
    run: async (bench) => {
      const answer = await bench.server.host.run('[ -S /run/k3s/containerd/containerd.sock ]');
      return answer.code === 0 ? pass('a socket') : fail('a socket', 'absent');
    },
  },
  {
    id: 'files.logged',
    contract: 'the journal names where kubeconfig and tokens were written',
    run: async (bench) =>
      contains(
        bench.memory.get('server.journal') ?? '',
        `Wrote kubeconfig ${confDir}/k3s.yaml`,
        'Server node token is available at',
        'Agent node token is available at',
      ),
  },
  {
    id: 'files.encryption-at-rest',
    contract: 'with secrets-encryption a Secret is not readable in the database, a ConfigMap is',
    run: async (bench) => {
      const marker = `contract${Date.now()}`;
      const script = `/usr/local/bin/k3s kubectl create configmap "$2" --from-literal=k="map$2" >/dev/null
        /usr/local/bin/k3s kubectl create secret generic "$2" --from-literal=k="secret$2" >/dev/null
        for kind in map secret; do cat "$1"/server/db/state.db* | grep -acF "$kind$2"; done
        /usr/local/bin/k3s kubectl delete configmap,secret "$2" >/dev/null`;
      const [map, secret] = (await bench.server.host.need(script, { args: [dataDir, marker] })).trim().split('\n').map(Number);
      return holds((map ?? 0) > 0 && secret === 0, 'map found, secret not', `map ${map}, secret ${secret}`);
    },
  },
];
