import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inWorld } from '../../test/lab/hosts.ts';
import { carryOut, type LabShells, labShells } from '../../test/lab/shells.ts';
import { realClock } from '../cli/real-ports.ts';
import { until } from '../common/index.ts';
import type { Shell } from '../ssh/index.ts';
import { firewallOperation } from './firewall-operation.ts';
import { hostHandlers } from './host-handlers.ts';
import { ownerOperation } from './owner-operation.ts';
import { probeReach } from './probe-reach.ts';
import { readHostFacts } from './read-facts.ts';
import { releaseOperation } from './release-handler.ts';

/** On a host: things that listen where K3s will, and a network namespace that stands for a pod. $1 start|stop. */
const stage = `
if [ "$1" = start ]; then
    systemd-run -q --unit=try-tcp socat TCP-LISTEN:6443,fork,reuseaddr EXEC:cat
    systemd-run -q --unit=try-udp socat UDP-LISTEN:8472,fork,reuseaddr EXEC:cat
    ip netns add pod
    ip link add pod0 type veth peer name eth0 netns pod
    ip addr add 10.42.0.1/24 dev pod0
    ip link set pod0 up
    ip -n pod addr add 10.42.0.5/24 dev eth0
    ip -n pod link set eth0 up
    ip -n pod link set lo up
    ip -n pod route add default via 10.42.0.1
    sysctl -qw net.ipv4.ip_forward=1
    iptables -t nat -A POSTROUTING -s 10.42.0.0/16 -j MASQUERADE
else
    systemctl stop try-tcp try-udp 2>/dev/null
    ip netns delete pod 2>/dev/null
    ip link delete pod0 2>/dev/null
    iptables -t nat -D POSTROUTING -s 10.42.0.0/16 -j MASQUERADE 2>/dev/null
    sysctl -qw net.ipv4.ip_forward=0
    true
fi
`;
/** Answers of the pod's tcp connections: $1 $2 address and port, …; a line `address:port open|closed` each. */
const fromPod = `
while [ $# -gt 0 ]; do
    if ip netns exec pod timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null; then echo "$1:$2 open"; else echo "$1:$2 closed"; fi
    shift 2
done
`;
/** One datagram to an echo on $1, udp 8472; prints what comes back. */
const echo = 'echo hello | timeout 2 socat -t 1 - "UDP:$1:8472" 2>/dev/null || true';
// Tables without a rule are no difference: iptables makes one when it is first asked for it.
const saved =
  "iptables-save | grep '^-A'; iptables -S | grep '^-P'; sha256sum /etc/iptables/rules.v4; stat -c '%a %U %G' /etc/iptables/rules.v4; ls -a /etc/farthing 2>/dev/null || true";

let shells: LabShells;
let big: Shell;
let micro: Shell;
let before: string;
const mark = { id: 'firewall-test', cluster: 'test', machine: 'big', version: '0' };
const handlers = hostHandlers({ shell: (machine) => shells.open(machine), clock: realClock });
const address = (name: string) => shells.hosts.find((host) => host.name === name)?.address ?? '';
const needs = () => ({ peers: [address('micro-1'), address('micro-2')], pods: '10.42.0.0/16', role: 'server' as const });
const open = async () => carryOut(handlers, firewallOperation(await readHostFacts(big, realClock), needs()));
const reach = async (port: number) => (await probeReach(micro, [{ to: 'big', address: address('big'), port }]))[0]?.result;
const pod = async (...to: [string, number][]) => (await big.run(fromPod, { args: to.flat().map(String) })).stdout.trim().split('\n');

beforeAll(async () => {
  shells = await labShells();
  big = await shells.open('big');
  micro = await shells.open('micro-1');
  before = (await big.run(saved)).stdout;
  await carryOut(handlers, ownerOperation(await readHostFacts(big, realClock), mark));
  await big.run(stage, { args: ['start'] });
});

afterAll(async () => {
  await big.run(stage, { args: ['stop'] });
  await carryOut(handlers, releaseOperation(await readHostFacts(big, realClock), mark.id));
  await shells.dispose();
});

describe('by packets', () => {
  it("before: the vendor's firewall rejects the nodes and the pods", async () => {
    expect(await reach(6443)).toBe('prohibited');
    expect((await micro.run(echo, { args: [address('big')] })).stdout).toBe('');
    expect(await pod([address('micro-1'), 22])).toEqual([`${address('micro-1')}:22 closed`]);
  });

  it('negative control: with FORWARD simply opened, pods reach the metadata service and the boot disk', async () => {
    await big.run('iptables -I FORWARD 1 -s 10.42.0.0/16 -j ACCEPT; iptables -I FORWARD 2 -d 10.42.0.0/16 -j ACCEPT');
    const seen = await pod(['169.254.169.254', 80], ['169.254.0.2', 3260]);
    await big.run('iptables -D FORWARD -s 10.42.0.0/16 -j ACCEPT; iptables -D FORWARD -d 10.42.0.0/16 -j ACCEPT');
    expect(seen).toEqual(['169.254.169.254:80 open', '169.254.0.2:3260 open']);
  });

  it('after: the nodes get through, the world does not', async () => {
    await open();
    expect(await reach(6443)).toBe('open');
    expect((await micro.run(echo, { args: [address('big')] })).stdout).toBe('hello\n');
    expect((await inWorld(['timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${address('big')}/6443`])).code).not.toBe(0);
    expect(await probeReach(micro, [{ to: 'big', address: address('big'), port: 6444 }])).toMatchObject([{ result: 'prohibited' }]);
  });

  it('after: pods get to other machines and to DNS, not to metadata and boot disk', async () => {
    const seen = await pod([address('micro-1'), 22], ['169.254.169.254', 53], ['169.254.169.254', 80], ['169.254.0.2', 3260]);
    expect(seen).toEqual([
      `${address('micro-1')}:22 open`,
      '169.254.169.254:53 open',
      '169.254.169.254:80 closed',
      '169.254.0.2:3260 closed',
    ]);
  });
});

it("the vendor's rules and the host's own way to metadata are untouched", async () => {
  const rules = (await big.run('iptables -S | grep -e InstanceServices -e OUTPUT')).stdout;
  const boot = before.split('\n').filter((line) => /InstanceServices|OUTPUT/.test(line) && line.startsWith('-A'));
  expect(rules.split('\n').filter((line) => line.startsWith('-A'))).toEqual(boot);
  expect(
    (await big.run('curl -sf -m 3 -o /dev/null http://169.254.169.254/opc/v2/instance/ -H "Authorization: Bearer Oracle" && echo yes'))
      .stdout,
  ).toBe('yes\n');
});

it('done twice changes nothing, and a rule deleted by hand comes back alone', async () => {
  const rules = async () => (await big.run(saved)).stdout;
  const once = await rules();
  expect(firewallOperation(await readHostFacts(big, realClock), needs())).toBeUndefined();
  await big.run('iptables -D INPUT -s 10.42.0.0/16 -m comment --comment farthing-pods -j ACCEPT');
  expect(firewallOperation(await readHostFacts(big, realClock), needs())?.touches).toEqual([
    '+ filter INPUT -s 10.42.0.0/16 -m comment --comment farthing-pods -j ACCEPT',
  ]);
  await open();
  expect(await rules()).toBe(once);
});

it("K3s' clean-up of rules leaves ours", async () => {
  await big.run(`iptables -N KUBE-TEST; iptables -I INPUT 1 -j KUBE-TEST
iptables-save | grep -v KUBE- | grep -v CNI- | grep -iv flannel | iptables-restore`);
  expect(firewallOperation(await readHostFacts(big, realClock), needs())).toBeUndefined();
});

it('what somebody adds to the boot file is no drift', async () => {
  const { stdout } = await big.run(
    'cp -p /etc/iptables/rules.v4 /root/kept; echo "# mine" >> /etc/iptables/rules.v4; tail -n 1 /etc/iptables/rules.v4',
  );
  expect(stdout).toBe('# mine\n');
  expect(firewallOperation(await readHostFacts(big, realClock), needs())).toBeUndefined();
  await big.run('mv /root/kept /etc/iptables/rules.v4');
});

it('when nobody could log in any more, the rules are taken out again', async () => {
  const facts = await readHostFacts(big, realClock);
  const wider = { ...needs(), peers: [...needs().peers, '10.77.0.99'] };
  await big.run('iptables -I INPUT 1 -p tcp --syn --dport 22 -j REJECT');
  try {
    await expect(carryOut(handlers, firewallOperation(facts, wider))).rejects.toMatchObject({ code: 'FAR-HOST-002' });
    expect((await big.run('iptables -S | grep -c farthing-', { ok: [0, 1] })).stdout).toBe('0\n');
  } finally {
    await big.run('iptables -D INPUT -p tcp --syn --dport 22 -j REJECT');
  }
  await open();
});

it('a reboot keeps them', async () => {
  const boot = (await big.run('cat /proc/sys/kernel/random/boot_id; systemctl show -p UserspaceTimestampMonotonic')).stdout;
  await big.run('systemd-run -q --on-active=1 reboot');
  await until(
    async () => {
      try {
        const now = (await big.run('cat /proc/sys/kernel/random/boot_id; systemctl show -p UserspaceTimestampMonotonic', { timeout: 5000 }))
          .stdout;
        return now !== boot ? true : undefined;
      } catch {
        return undefined;
      }
    },
    { clock: realClock, deadline: 90_000, every: 500 },
  );
  expect(firewallOperation(await readHostFacts(big, realClock), needs())).toBeUndefined();
});

it('releasing leaves rules and boot file as they were, byte for byte', async () => {
  await big.run(stage, { args: ['stop'] });
  await carryOut(handlers, releaseOperation(await readHostFacts(big, realClock), mark.id));
  expect((await big.run(saved)).stdout).toBe(before);
});
