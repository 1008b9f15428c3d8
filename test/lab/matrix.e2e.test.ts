import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readLab } from '../../lab/state.ts';
import { applyPlan } from '../../src/apply/index.ts';
import type { CommandContext, Invocation } from '../../src/cli/command.ts';
import { gatherPlan } from '../../src/cli/gather-plan.ts';
import { realClock, realEnvironment, realProcesses } from '../../src/cli/real-ports.ts';
import { createRedactor } from '../../src/common/index.ts';
import { type Laptop, laptop } from './farthing.ts';
import { homeInLab } from './home.ts';
import { inWorld, onHost } from './hosts.ts';

// What the firewall step is for, by packets: without it there is no cluster, with it the nodes reach
// each other and the world reaches nothing more than before.
const machines = ['big', 'micro-1', 'micro-2'];
let me: Laptop;
let file = '';
const address: Record<string, string> = {};

beforeAll(async () => {
  me = laptop();
  file = await homeInLab('home', join(me.home, 'home'));
  for (const host of (await readLab()).hosts) address[host.name] = host.address;
  // A kernel sends one "prohibited" a second to each address: a scan has to hear them all.
  for (const machine of machines) await onHost(machine, 'sysctl -qw net.ipv4.icmp_ratelimit=0');
});
afterAll(async () => {
  await me?.farthing(['down', '-f', file, '--confirm', 'home']);
  for (const machine of machines) await onHost(machine, 'sysctl -qw net.ipv4.icmp_ratelimit=1000');
  me?.dispose();
});

const well = async (...args: string[]) => {
  const ran = await me.farthing([args[0] ?? '', '-f', file, ...args.slice(1)]);
  expect(ran.code, ran.stderr).toBe(0);
};

/** Ports K3s or farthing opens or might: ssh, API, kubelet, kube-proxy's health, etcd, the registry mirror, a NodePort. */
const ports = ['tcp/22', 'tcp/6443', 'tcp/10250', 'tcp/10256', 'tcp/2379', 'tcp/5001', 'tcp/30080', 'udp/8472'];

/** One word a port, tried at once: `open`, `refused`, `prohibited` (a firewall said so) or `silent`. $1 address, then tcp/22 … */
const probe = `
to=$1; shift
try() {
  case $1 in
  tcp/*) answer=$(LC_ALL=C timeout 3 bash -c "exec 3<>/dev/tcp/$to/\${1#tcp/}" 2>&1); code=$? ;;
  udp/*) answer=$(LC_ALL=C timeout 3 bash -c "exec 3<>/dev/udp/$to/\${1#udp/}; printf x >&3; sleep 0.4; printf x >&3; sleep 0.2; printf x >&3" 2>&1); code=$? ;;
  esac
  case $code:$answer in
  *refused*) echo "$1 refused" ;;
  *'No route to host'*) echo "$1 prohibited" ;;
  124:*) echo "$1 silent" ;;
  0:*) case $1 in tcp/*) echo "$1 open" ;; *) echo "$1 silent" ;; esac ;;
  *) echo "$1 silent" ;;
  esac
}
for port in "$@"; do try "$port" & done
wait
`;

function words(text: string): string {
  const found = new Map(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
  return ports.map((port) => `${port} ${found.get(port)}`).join(', ');
}

/** Every pair: from each node and from the world to each node. */
async function matrix(): Promise<Record<string, string>> {
  const rows: Record<string, string> = {};
  for (const to of machines) {
    for (const from of machines.filter((machine) => machine !== to)) {
      const script = `cat > /tmp/probe.sh <<'EOT'\n${probe}EOT\nbash /tmp/probe.sh ${address[to]} ${ports.join(' ')}; rm /tmp/probe.sh`;
      rows[`${from} → ${to}`] = words(await onHost(from, script));
    }
    rows[`world → ${to}`] = words((await inWorld(['bash', '-c', probe, 'probe', address[to] ?? '', ...ports])).stdout);
  }
  return rows;
}

const closed =
  'tcp/22 open, tcp/6443 prohibited, tcp/10250 prohibited, tcp/10256 prohibited, tcp/2379 prohibited, tcp/5001 prohibited, tcp/30080 prohibited, udp/8472 prohibited';
const toServer = closed
  .replace('6443 prohibited', '6443 open')
  .replace('10250 prohibited', '10250 open')
  .replace('udp/8472 prohibited', 'udp/8472 silent');
const toAgent = closed.replace('10250 prohibited', '10250 open').replace('udp/8472 prohibited', 'udp/8472 silent');
const pairs = machines.flatMap((to) => [
  ...machines.filter((from) => from !== to).map((from) => [from, to] as const),
  ['world', to] as const,
]);
const bareMatrix = Object.fromEntries(pairs.map(([from, to]) => [`${from} → ${to}`, closed]));
const upMatrix = Object.fromEntries(
  pairs.map(([from, to]) => [`${from} → ${to}`, from === 'world' ? closed : to === 'big' ? toServer : toAgent]),
);

it("before: the vendor's firewall lets ssh in and nothing else, from anywhere", async () => {
  expect(await matrix()).toEqual(bareMatrix);
});

it('negative control: everything but the firewall step, and the agents do not join', async () => {
  const said: string[] = [];
  const terminal = { interactive: false, columns: 100, out: () => {}, note: (text: string) => void said.push(text), ask: async () => '' };
  const context: CommandContext = {
    clock: realClock,
    processes: realProcesses,
    env: { ...realEnvironment, home: me.home },
    terminal,
    redactor: createRedactor(),
    signal: new AbortController().signal,
    version: '0.0.0-test',
  };
  const invocation: Invocation = { options: {}, args: [], file, json: false, yes: true, verbose: false };
  const gathered = await gatherPlan(invocation, context, { offline: false, newId: 'no-firewall' });
  try {
    const operations = gathered.plan.operations.filter((operation) => operation.kind !== 'host.firewall');
    expect(operations.length).toBe(gathered.plan.operations.length - 3);
    const outcome = await applyPlan(operations, {
      handlers: (await gathered.session()).handlers(),
      clock: realClock,
      signal: context.signal,
      onEvent: () => {},
    });
    expect(outcome.failed.map(({ operation }) => operation.id).sort()).toEqual(['k3s.agent:micro-1', 'k3s.agent:micro-2']);
    for (const { error } of outcome.failed) expect(error.message).toMatch(/firewall|no route to host|prohibited/i);
  } finally {
    await gathered.close();
  }
});

/** A pod on each agent that serves a word; gives their addresses. */
async function pods(): Promise<string[]> {
  const manifest = ['micro-1', 'micro-2']
    .map(
      (node) => `apiVersion: v1
kind: Pod
metadata: { name: probe-${node}, namespace: default, labels: { app: probe } }
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 0
  containers:
    - name: web
      image: docker.io/library/busybox:1.37
      command: [sh, -c, "mkdir -p /www && echo word > /www/index.html && exec httpd -f -p 8080 -h /www"]
---
`,
    )
    .join('');
  await onHost(
    'big',
    `k3s kubectl apply -f - <<'EOT'\n${manifest}EOT\nk3s kubectl wait --for=condition=Ready pod -l app=probe --timeout=120s`,
  );
  return Promise.all(
    ['micro-1', 'micro-2'].map(async (node) =>
      (await onHost('big', `k3s kubectl get pod probe-${node} -o 'jsonpath={.status.podIP}'`)).trim(),
    ),
  );
}

/** What a pod on micro-1 gets from an address: `word`, or nothing within four seconds. */
const fromPod = async (ip: string) =>
  (await onHost('big', `timeout 8 k3s kubectl exec probe-micro-1 -- timeout 4 wget -qO- http://${ip}:8080/ 2>/dev/null || true`)).trim();

it('with it the nodes join, pods on two nodes talk, and the world sees what it saw before', async () => {
  await well('up', '--yes');
  const [, other = ''] = await pods();
  expect(await fromPod(other)).toBe('word');
  await onHost('big', 'k3s kubectl create service nodeport probe --tcp=8080 --node-port=30080 2>/dev/null || true');
  const seen = await matrix();
  console.log(
    Object.entries(seen)
      .map(([pair, row]) => `${pair.padEnd(20)} ${row}`)
      .join('\n'),
  );
  expect(seen).toEqual(upMatrix);
});

it('taken out by hand the pods fall silent; after a reboot and a restart of K3s all of it holds', async () => {
  const [, other = ''] = await pods();
  for (const machine of ['micro-1', 'micro-2'])
    await onHost(machine, `iptables-save -t filter | grep farthing | sed 's/^-A/-D/' | while read -r rule; do eval "iptables $rule"; done`);
  expect(await fromPod(other)).toBe('');
  await well('up', '--yes');
  expect(await fromPod(other)).toBe('word');
  await onHost('micro-2', 'systemd-run --quiet --on-active=1 systemctl reboot');
  await onHost('big', 'systemctl restart k3s');
  await onHost(
    'big',
    'sleep 6; k3s kubectl delete pod probe-micro-2 --ignore-not-found --wait=false; for i in $(seq 60); do k3s kubectl wait --for=condition=Ready node/micro-2 --timeout=5s >/dev/null 2>&1 && break; sleep 1; done',
  );
  const [, again = ''] = await pods();
  await onHost('micro-2', 'sysctl -qw net.ipv4.icmp_ratelimit=0');
  expect(await fromPod(again)).toBe('word');
  expect(await matrix()).toEqual(upMatrix);
  expect((await me.farthing(['plan', '-f', file, '--json'])).stdout).toContain('"operations":[]');
});
