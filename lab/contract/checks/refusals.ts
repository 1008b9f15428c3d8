import { clock, journalLine, needInstall, placeBinary, unitProperty, until, wipe } from '../actions.ts';
import { type Bench, confDir, staging } from '../bench.ts';
import type { Check, Scene } from '../types.ts';
import { contains, every, holds, same } from '../verdict.ts';

/** Runs the binary by hand with a configuration file of its own; 124 means it did not end by itself. */
async function byHand(bench: Bench, config: string, ...words: readonly string[]) {
  await bench.server.host.write(`${staging}/by-hand.yaml`, config);
  const script = 'file=$1; shift; timeout -k 5 45 /usr/local/bin/k3s "$@" --config "$file" 2>&1';
  return bench.server.host.run(script, { args: [`${staging}/by-hand.yaml`, ...words], seconds: 90 });
}

const agentConfig = (extra: string): string => `server: https://192.0.2.1:6443\ntoken: x\n${extra}`;

const checks: readonly Check[] = [
  {
    id: 'config.unknown-cli-flag',
    contract: 'an unknown flag on the command line is fatal',
    run: async (bench) => {
      const answer = await byHand(bench, '', 'server', '--no-such-flag');
      return every(same(answer.code, 1), contains(answer.out, 'flag provided but not defined: -no-such-flag'));
    },
  },
  {
    id: 'config.bad-yaml',
    contract: 'a configuration file that is not YAML is fatal',
    run: async (bench) => {
      const answer = await byHand(bench, 'token: [unclosed\n', 'server');
      return holds(
        answer.code !== 0 && answer.code !== 124,
        'ends by itself with an error',
        `exit ${answer.code}: ${answer.out.slice(-200)}`,
      );
    },
  },
  {
    id: 'config.unknown-key-agent',
    contract: 'an unknown key in config.yaml is fatal on an agent',
    run: async (bench) => {
      const answer = await byHand(bench, agentConfig('no-such-key: true\n'), 'agent');
      return every(same(answer.code, 1), contains(answer.out, 'flag provided but not defined: -no-such-key'));
    },
  },
  {
    id: 'config.server-key-agent',
    contract: 'a key that only servers know is fatal on an agent',
    run: async (bench) => {
      const answer = await byHand(bench, agentConfig('cluster-cidr: 10.50.0.0/16\n'), 'agent');
      return every(same(answer.code, 1), contains(answer.out, 'flag provided but not defined: -cluster-cidr'));
    },
  },
];

/** The binary called by hand with what it must refuse. */
export const refusals: Scene = {
  name: 'refusals',
  enter: async (bench) => {
    await wipe(bench.server.host);
    await placeBinary(bench.server.host);
  },
  checks,
  leave: async (bench) => {
    await needInstall(bench.server.host, { env: { INSTALL_K3S_SKIP_START: 'true' } }); // for its uninstall script
    await wipe(bench.server.host);
  },
};

const cgroupChecks: readonly Check[] = [
  {
    id: 'cgroup.v1-refused',
    contract: 'on cgroup v1 without fail-cgroupv1=false the kubelet refuses and the server ends',
    run: async (bench) => {
      const since = bench.memory.get('cgroup.since') ?? '0';
      const line = await journalLine(bench.server.host, 'k3s', since, /to not run on a host using cgroup v1/, 120);
      return contains(line, 'kubelet is configured to not run on a host using cgroup v1');
    },
  },
  {
    id: 'cgroup.server-restarts',
    contract: 'a server that fails ends and is started again after 5 s, for ever',
    run: async (bench) => {
      const restarts = await until('a restart by systemd', 90, async () => {
        const count = Number(await unitProperty(bench.server.host, 'k3s', 'NRestarts'));
        return count > 0 ? count : undefined;
      });
      return holds(restarts > 0, 'restarted at least once', `NRestarts=${restarts}`);
    },
  },
];

/** A server started on cgroup v1 as on any other host. */
export const cgroupRefusal: Scene = {
  name: 'cgroup v1',
  skip: (bench) => (bench.server.facts.cgroup === '1' ? undefined : 'the host uses cgroup v2'),
  enter: async (bench) => {
    const { host } = bench.server;
    await wipe(host);
    await placeBinary(host);
    await host.write(`${confDir}/config.yaml`, 'token: contract\ndisable: [traefik, servicelb, metrics-server, coredns, local-storage]\n');
    await needInstall(host, { env: { INSTALL_K3S_SKIP_START: 'true' } });
    bench.memory.set('cgroup.since', await clock(host));
    await host.need('systemctl start --no-block k3s');
  },
  checks: cgroupChecks,
  leave: (bench) => wipe(bench.server.host),
};
