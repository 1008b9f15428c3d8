import { clock, journal, journalLine, kubectl, needInstall, placeBinary, unitProperty, until, wipe } from '../actions.ts';
import { agentOf, agentPassword, type Bench, dataDir, serverPassword } from '../bench.ts';
import { getNode, isReady, type NodeObject } from '../node-object.ts';
import { parseToken } from '../parse/token.ts';
import { writeAgentSettings } from '../settings.ts';
import type { Check } from '../types.ts';
import { contains, every, fail, holds, matches, same } from '../verdict.ts';
import { agentNetworkChecks } from './agent-network.ts';

/** An agent installed but not started, so that each check can start it with settings of its own. */
export async function enterAgent(bench: Bench): Promise<void> {
  const { host } = agentOf(bench);
  await wipe(host);
  await placeBinary(host);
  await needInstall(host, { args: ['agent'], env: { INSTALL_K3S_SKIP_START: 'true' } });
  const token = parseToken(await bench.server.host.need('cat "$1/server/token"', { args: [dataDir] }));
  bench.memory.set('agent.ca-hash', token?.caHash ?? '0'.repeat(64));
}

/** The host without K3s and the cluster without its Node. */
export async function leaveAgent(bench: Bench): Promise<void> {
  const { host, facts } = agentOf(bench);
  await wipe(host);
  await kubectl(bench.server.host, 'delete', 'node', facts.hostname, '--ignore-not-found', '--wait=false');
}

/** Restarts the agent with these settings; does not wait, since a failing agent never gets READY. */
async function start(bench: Bench, extra: Readonly<Record<string, unknown>>): Promise<string> {
  const { host } = agentOf(bench);
  await writeAgentSettings(bench, host, extra);
  const since = await clock(host);
  await host.need('systemctl stop k3s-agent; systemctl reset-failed k3s-agent 2>/dev/null; systemctl start --no-block k3s-agent');
  return since;
}

const fullToken = (bench: Bench, password: string, hash = bench.memory.get('agent.ca-hash')): string => `K10${hash}::node:${password}`;

/** Starts with settings that must fail and gives the line that says so, and the state of the unit. */
async function failure(bench: Bench, extra: Readonly<Record<string, unknown>>, pattern: RegExp): Promise<{ line: string; state: string }> {
  const since = await start(bench, extra);
  const { host } = agentOf(bench);
  const line = await journalLine(host, 'k3s-agent', since, pattern, 60);
  return {
    line,
    state: `${await unitProperty(host, 'k3s-agent', 'ActiveState')} restarts=${await unitProperty(host, 'k3s-agent', 'NRestarts')}`,
  };
}

const stuck = 'activating restarts=0';

/** Waits for the agent's Node; once it has not come, later checks do not wait for it again. */
async function joined(bench: Bench, notUid = ''): Promise<NodeObject> {
  const { facts } = agentOf(bench);
  if (bench.memory.has('agent.lost')) throw new Error('the agent did not join before');
  bench.memory.set('agent.lost', 'yes');
  const found = await until(`Node ${facts.hostname} to be Ready`, 180, async () => {
    const node = await getNode(bench.server.host, facts.hostname);
    return node !== undefined && node.metadata.uid !== notUid && isReady(node) ? node : undefined;
  });
  bench.memory.delete('agent.lost');
  return found;
}

/** An agent's failures first, then its life, then its end. They run in order. */
export const agentChecks: readonly Check[] = [
  {
    id: 'agent.unreachable',
    contract: 'a server that does not answer: failed to get CA certs, the unit stays activating for ever',
    run: async (bench) => {
      const server = `https://${bench.server.facts.address}:6499`;
      const found = await failure(bench, { server, token: fullToken(bench, agentPassword) }, /failed to get CA certs/);
      return every(contains(found.line, `Failed to validate connection to cluster at ${server}`), same(found.state, stuck));
    },
  },
  {
    id: 'agent.wrong-hash',
    contract: 'a token with another CA hash: token CA hash does not match the Cluster CA certificate hash',
    run: async (bench) => {
      const token = fullToken(bench, agentPassword, 'a'.repeat(64));
      const found = await failure(bench, { token }, /token CA hash does not match/);
      return every(
        contains(found.line, 'token CA hash does not match the Cluster CA certificate hash: ', 'a'.repeat(64), ' != '),
        same(found.state, stuck),
      );
    },
  },
  {
    id: 'agent.wrong-password',
    contract: 'a wrong password: an info line that says server is not ready and 401, the unit stays activating',
    run: async (bench) => {
      const since = await clock(bench.server.host);
      const found = await failure(bench, { token: fullToken(bench, 'wrong') }, /401/);
      const server = await journal(bench.server.host, 'k3s', since);
      return every(
        contains(found.line, 'Waiting to retrieve agent configuration; server is not ready', '/v1-k3s/config', '401 Unauthorized'),
        contains(server, 'Failed to authenticate request from'),
        same(found.state, stuck),
      );
    },
  },
  {
    id: 'agent.short-token',
    contract: 'a short token works, with a warning',
    run: async (bench) => {
      const since = await start(bench, { token: agentPassword });
      await joined(bench);
      const text = await journal(agentOf(bench).host, 'k3s-agent', since);
      return every(contains(text, 'but the token does not include a CA hash', 'k3s agent is up and running'));
    },
  },
  {
    id: 'agent.server-token',
    contract: 'the server token works for an agent too, which becomes user node',
    run: async (bench) => {
      const since = await start(bench, { token: `K10${bench.memory.get('agent.ca-hash')}::server:${serverPassword}` });
      const line = await journalLine(agentOf(bench).host, 'k3s-agent', since, /k3s agent is up and running|401/, 90);
      return holds(!line.includes('401'), 'up and running', line);
    },
  },
  {
    id: 'agent.node',
    contract: 'an agent has no role label, the second /24, and internal address and hostname as its own',
    run: async (bench) => {
      const node = await joined(bench);
      const roles = Object.keys(node.metadata.labels).filter((key) => key.startsWith('node-role.kubernetes.io/'));
      return every(
        same(roles, []),
        matches(node.spec.podCIDR ?? '', /^10\.42\.[1-9]\d*\.0\/24$/),
        same(node.metadata.annotations['k3s.io/internal-ip'], agentOf(bench).facts.address),
      );
    },
  },
  {
    id: 'agent.load-balancer',
    contract: 'the agent serves 127.0.0.1:6444, keeps its server list, and its kubelet talks to it',
    run: async (bench) => {
      const { host } = agentOf(bench);
      const code = (await host.need(`curl -sk -m 10 -o /dev/null -w '%{http_code}' https://127.0.0.1:6444/ping || true`)).trim();
      const list = await host.need('cat "$1/agent/etc/k3s-agent-load-balancer.json"', { args: [dataDir] });
      const kubelet = await host.need('cat "$1/agent/kubelet.kubeconfig"', { args: [dataDir] });
      return every(same(code, '200'), contains(list, bench.server.facts.address), contains(kubelet, 'https://127.0.0.1:6444'));
    },
  },
  {
    id: 'agent.tunnel',
    contract: 'the API server reaches the kubelet of the agent',
    run: async (bench) => {
      const path = `/api/v1/nodes/${agentOf(bench).facts.hostname}/proxy/healthz`;
      // The agent was just restarted: its tunnel may need some seconds.
      const answer = await until('an answer of the kubelet', 45, async () =>
        (await kubectl(bench.server.host, 'get', '--raw', path)).trim(),
      );
      return same(answer, 'ok');
    },
  },
  ...agentNetworkChecks,
  {
    id: 'agent.password-refused',
    contract: 'another node password for the same name is refused with the text about the duplicate hostname',
    run: async (bench) => {
      await agentOf(bench).host.need('systemctl stop k3s-agent; printf "%032d\\n" 7 > /etc/rancher/node/password');
      const found = await failure(bench, { token: fullToken(bench, agentPassword) }, /Node password rejected/);
      return every(
        contains(
          found.line,
          'Waiting to retrieve agent configuration; ',
          "Node password rejected, duplicate hostname or contents of '/etc/rancher/node/password' may not match server node-passwd entry",
        ),
        same(found.state, stuck),
      );
    },
  },
  {
    id: 'agent.password-cured',
    contract: 'deleting the Node frees the name: the waiting agent joins by itself, as a new Node',
    run: async (bench) => {
      const name = agentOf(bench).facts.hostname;
      const old = await getNode(bench.server.host, name);
      await kubectl(bench.server.host, 'delete', 'node', name, '--wait=false');
      const node = await joined(bench, old?.metadata.uid ?? '');
      return same(node.metadata.name, name);
    },
  },
  {
    id: 'agent.unknown-key',
    contract: 'an unknown key in config.yaml kills the agent, and systemd tries again for ever',
    run: async (bench) => {
      const since = await start(bench, { token: fullToken(bench, agentPassword), 'no-such-key': true });
      const { host } = agentOf(bench);
      const line = await journalLine(host, 'k3s-agent', since, /no-such-key/, 60);
      const restarts = await until('a restart', 60, async () => {
        const count = Number(await unitProperty(host, 'k3s-agent', 'NRestarts'));
        return count > 0 ? count : undefined;
      });
      return every(contains(line, 'flag provided but not defined: -no-such-key'), holds(restarts > 0, 'restarts', restarts));
    },
  },
  {
    id: 'agent.uninstalled',
    contract: 'uninstall leaves the Node object and /etc/rancher/node/password, and no data, unit or binary',
    run: async (bench) => {
      const { host, facts } = agentOf(bench);
      const answer = await host.run('/usr/local/bin/k3s-agent-uninstall.sh 2>&1', { seconds: 180 });
      const left = await host.need(
        'ls -d /var/lib/rancher/k3s /etc/rancher/k3s /usr/local/bin/k3s* /etc/systemd/system/k3s* /etc/rancher/node/password 2>/dev/null || true',
      );
      const node = await getNode(bench.server.host, facts.hostname);
      if (answer.code !== 0) return fail('exit code 0', answer.out.slice(-300));
      return every(same(left.trim(), '/etc/rancher/node/password'), holds(node !== undefined, 'the Node object stays', 'there'));
    },
  },
];
