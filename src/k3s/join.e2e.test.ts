import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LabNodes, labNodes } from '../../test/lab/nodes.ts';
import { carryOut, labShells } from '../../test/lab/shells.ts';
import { realClock } from '../cli/real-ports.ts';
import { until } from '../common/index.ts';
import { readHostFacts, releaseOperation } from '../host/index.ts';
import type { WantedNode } from './types.ts';

let nodes: LabNodes;
const on = async (name: string, script: string) => (await (await nodes.shells.open(name)).run(script)).stdout;
/** What a node is not to leave on its host, beside what the docs list. */
const traces = `
find /etc/rancher /var/lib/rancher /var/lib/kubelet /var/lib/cni /etc/farthing /var/lib/farthing /run/farthing /run/k3s /run/flannel /run/netns \
    /usr/local/bin /etc/systemd/system -name 'k3s*' -o -name 'farthing*' -o -path '/etc/rancher*' -o -path '/var/lib/*' 2>/dev/null | sort
iptables-save | grep -e KUBE -e FLANNEL -e CNI -e farthing
ip -o link | grep -o -e 'cni0' -e 'flannel.1' -e 'veth[^:@]*'
sysctl net.ipv4.ip_forward net.ipv4.conf.all.forwarding vm.overcommit_memory kernel.panic net.netfilter.nf_conntrack_max
systemctl list-units --all --no-legend 'k3s*' 'farthing*'
true`;
let before: Record<string, string>;

beforeAll(async () => {
  nodes = await labNodes();
  before = Object.fromEntries(await Promise.all(['big', 'micro-1', 'micro-2'].map(async (name) => [name, await on(name, traces)])));
});
afterAll(async () => {
  for (const name of ['micro-2', 'micro-1', 'big']) await nodes.down(name);
  await nodes.dispose();
});

it('a download that does not match its digest is refused, and nothing of it stays', async () => {
  const wrong = (wanted: WantedNode): WantedNode => ({
    ...wanted,
    release: { ...wanted.release, binary: { ...wanted.release.binary, sha256: '0'.repeat(64) } },
  });
  await expect(nodes.up('big', wrong)).rejects.toMatchObject({ code: 'FAR-K3S-001' });
  expect(await on('big', 'ls -A /usr/local/bin; find /var/lib/farthing -type f | sort')).toBe(
    '/var/lib/farthing/k3s-install.sh\n/var/lib/farthing/owner\n',
  );
});

it('a mirror that does not answer is another error', async () => {
  const gone = (wanted: WantedNode): WantedNode => ({
    ...wanted,
    release: { ...wanted.release, binary: { ...wanted.release.binary, url: 'https://mirror.lab:1/k3s' } },
  });
  await expect(nodes.up('big', gone)).rejects.toMatchObject({ code: 'FAR-K3S-002' });
});

it('a server comes up with everything in files that only root reads', async () => {
  expect(await nodes.up('big')).toEqual(['k3s.stage:big', 'k3s.server:big']);
  expect(await nodes.plan('big')).toEqual([]);
  expect(await on('big', 'cd /etc/rancher/k3s; stat -c "%a %n" *')).toMatch(
    /^600 agent-token\n600 config\.yaml\n600 k3s\.yaml\n600 registries\.yaml\n600 registry-ca-\w+\.pem\n600 server-token\n$/,
  );
  expect(
    await on('big', 'cat /etc/systemd/system/k3s.service.env; tr "\\0" " " < /proc/$(systemctl show -p MainPID --value k3s)/cmdline'),
  ).toMatch(/^\S*k3s server ?$/);
});

it("a server's firewall that rejects is named before the agent is started", async () => {
  await on('big', 'iptables -I INPUT 1 -p tcp --dport 6443 -j REJECT --reject-with icmp-host-prohibited');
  try {
    await expect(nodes.up('micro-1')).rejects.toMatchObject({
      code: 'FAR-K3S-003',
      message: expect.stringContaining('its own firewall rejects it'),
    });
    expect(await on('micro-1', 'ls /etc/systemd/system/k3s-agent.service 2>&1 || true')).toContain('No such file');
  } finally {
    await on('big', 'iptables -D INPUT -p tcp --dport 6443 -j REJECT --reject-with icmp-host-prohibited');
  }
});

it('an agent joins with the agent token, and killed on the way it is joined by the next try', async () => {
  const own = await labNodes();
  const broken = own.up('micro-1');
  const lost = expect(broken).rejects.toThrow();
  await until(async () => ((await readHostFacts(await nodes.shells.open('micro-1'), realClock)).work ? true : undefined), {
    clock: realClock,
    deadline: 20_000,
    every: 50,
  });
  await own.dispose();
  await lost;
  await nodes.up('micro-1');
  expect(await nodes.plan('micro-1')).toEqual([]);
  expect(await on('micro-1', 'grep -c "^K10.*::node:" /etc/rancher/k3s/agent-token; ls /run/farthing | wc -l')).toBe('1\n0\n');
});

it('a name that is taken is said, with the cure', async () => {
  await nodes.up('micro-2');
  await on(
    'micro-2',
    'systemctl stop k3s-agent; echo 00000000000000000000000000000000 > /etc/rancher/node/password; rm -f /var/lib/rancher/k3s/agent/*.crt /var/lib/rancher/k3s/agent/*.key',
  );
  await expect(nodes.up('micro-2')).rejects.toMatchObject({
    code: 'FAR-K3S-003',
    message: expect.stringContaining('already has a node of this name'),
    hint: expect.stringContaining('kubectl delete node micro-2'),
  });
  await (await nodes.cluster()).delete({ apiVersion: 'v1', kind: 'Node', name: 'micro-2' });
  await on('micro-2', 'systemctl stop k3s-agent');
  await nodes.up('micro-2');
});

it.each([
  [
    'config',
    "sed -i 's/^node-ip:.*/&\\nnode-label: [a=b]/' /etc/rancher/k3s/config.yaml",
    'k3s.config:micro-1',
    'config.yaml differs from the file in node-label',
  ],
  ['registries', 'echo >> /etc/rancher/k3s/registries.yaml', 'k3s.config:micro-1', 'registries.yaml differs from the file'],
  [
    'unit',
    'sed -i s/RestartSec=5s/RestartSec=6s/ /etc/systemd/system/k3s-agent.service',
    'k3s.unit:micro-1',
    'the unit is not the one that was installed',
  ],
  ['stopped', 'systemctl stop k3s-agent', 'k3s.agent:micro-1', 'K3s does not run (its unit is inactive)'],
] as const)('drift by hand, %s: a plan of exactly that', async (_, script, id, why) => {
  await on('micro-1', script);
  expect((await nodes.plan('micro-1')).map((operation) => [operation.id, operation.why])).toEqual([[id, why]]);
  await nodes.up('micro-1');
  expect(await nodes.plan('micro-1')).toEqual([]);
});

it('a look at the hosts changes nothing on them', async () => {
  const state = 'find /etc /var/lib/farthing /usr/local /root /var/lib/rancher/k3s/server/manifests -xdev -newer /root/mark 2>/dev/null';
  await on('big', 'touch /root/mark');
  await nodes.plan('big');
  expect(await on('big', `${state} | grep -v /root; rm /root/mark`)).toBe('');
});

it('leaving takes away all that came', async () => {
  for (const name of ['micro-2', 'micro-1', 'big']) {
    await nodes.down(name);
    expect(await on(name, traces)).toBe(before[name]);
  }
  expect(
    await carryOut(nodes.handlers, releaseOperation(await readHostFacts(await (await labShells()).open('big'), realClock), 'lab-nodes')),
  ).toEqual([]);
});
