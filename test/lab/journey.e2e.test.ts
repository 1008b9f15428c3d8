import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { type Laptop, laptop, type Ran } from './farthing.ts';
import { homeInLab } from './home.ts';
import { inWorld, onHost } from './hosts.ts';

// The main job from bare hosts to bare hosts, through the program alone, as its user has it. One
// cluster serves all of it: each step leaves it as the file says.
const machines = ['big', 'micro-1', 'micro-2'];
let me: Laptop;
let file = '';

beforeAll(async () => {
  me = laptop();
  file = await homeInLab('home', join(me.home, 'home'));
});
afterAll(async () => {
  await me?.farthing(['down', '-f', file, '--confirm', 'home']);
  me?.dispose();
});

const run = (command: string, ...args: string[]) => me.farthing([command, '-f', file, ...args]);

/** Runs and expects success; shows what was said otherwise. */
async function well(command: string, ...args: string[]): Promise<Ran> {
  const ran = await run(command, ...args);
  expect(ran.code, `farthing ${command} ${args.join(' ')}\n${ran.stderr}\n${ran.stdout}`).toBe(0);
  return ran;
}

/** Ids of what `up` would do now. */
async function planned(): Promise<string[]> {
  const { stdout } = await well('plan', '--json');
  return (JSON.parse(stdout) as { operations: { id: string }[] }).operations.map((operation) => operation.id);
}

function editFile(change: (document: ReturnType<typeof parseDocument>) => void): () => void {
  const before = readFileSync(file, 'utf8');
  const document = parseDocument(before);
  change(document);
  writeFileSync(file, document.toString({ lineWidth: 0 }));
  return () => writeFileSync(file, before);
}

const kubectl = (...args: string[]) => onHost('big', `k3s kubectl ${args.map((arg) => `'${arg}'`).join(' ')}`);

/** Everything farthing writes on a host, as one text: file trees with modes and hashes, rules without counters. */
const hostState = `
for dir in /etc/rancher /etc/farthing /etc/iptables /var/lib/farthing; do
  test -e $dir && find $dir -printf '%p %m %u %s\\n' | sort
  test -e $dir && find $dir -type f -print0 | sort -z | xargs -0r sha256sum
done
sha256sum /usr/local/bin/k3s /etc/systemd/system/k3s*.service* 2>/dev/null
# Rules and chains somebody made; a table that is merely there is nothing.
for table in filter mangle nat; do iptables-save -t $table | grep -e '^-A' -e '^:.* - ' | sed 's/\\[[0-9:]*\\]//' | grep -v -e KUBE -e CNI -e FLANNEL; done
true
`;

/** What a host is made of beside that, for before `up` and after `down`. */
const wholeHost = `
${hostState}
iptables-save | grep -e '^-A' -e '^:.* - ' | sed 's/\\[[0-9:]*\\]//'
find /etc /usr/local /opt /root /home -xdev \\( -path /etc/mtab -o -path /etc/ssl -o -path /etc/ld.so.cache \\) -prune -o -printf '%p %y %m %u:%g %l\\n' | sort
ls /var/lib
sysctl -a 2>/dev/null | grep -E '^(net.ipv4.ip_forward|net.ipv4.conf.(all|default).(forwarding|route_localnet)|net.bridge|vm.overcommit_memory|kernel.panic|net.ipv6.conf.all.forwarding)' | sort
systemctl list-unit-files --no-legend | awk '{print $1, $2}' | sort
getent passwd | sort
ip -o link | awk -F': ' '{print $2}' | sed 's/@.*//' | sort
ip route | sort
ls /run/netns 2>/dev/null
findmnt -rno TARGET | grep -v -e /run/user -e /proc/sys/fs/binfmt_misc | sort
ps -eo comm= | grep -E 'k3s|containerd|kube|coredns|pause|mariadb' | sort || true
`;

const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    users: [system:admin]
  - level: None
`;

/** Writes to the API by the user farthing is, since a line of the audit log. */
async function writesSince(line: number): Promise<string[]> {
  const text = await onHost('big', `tail -n +${line + 1} /var/log/kube-audit.log 2>/dev/null || true`);
  return text
    .split('\n')
    .filter((entry) => entry !== '')
    .map((entry) => JSON.parse(entry) as { verb: string; requestURI: string })
    .filter(({ verb }) => !['get', 'list', 'watch'].includes(verb))
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}

const before: Record<string, string> = {};

describe('from bare hosts to bare hosts', () => {
  it('up makes the cluster and the app, and status says that all is well', async () => {
    for (const machine of machines) before[machine] = await onHost(machine, wholeHost);
    // The one thing that is not farthing's: an audit log, switched on the way K3s lets anybody do it.
    await onHost(
      'big',
      `mkdir -p /etc/rancher/k3s/config.yaml.d && cat > /etc/rancher/k3s/audit.yaml <<'EOT'\n${auditPolicy}EOT\ncat > /etc/rancher/k3s/config.yaml.d/audit.yaml <<'EOT'\nkube-apiserver-arg:\n  - audit-log-path=/var/log/kube-audit.log\n  - audit-policy-file=/etc/rancher/k3s/audit.yaml\nEOT\n`,
    );
    await well('up', '--yes');
    interface Seen {
      readonly problems: unknown[];
      readonly apps: { name: string }[];
      readonly machines: { state: string }[];
    }
    const look = async () => JSON.parse((await well('status', '--json')).stdout) as Seen;
    // K3s' own add-ons may still be starting when the app is up; status says so until they are.
    await expect.poll(async () => (await look()).problems, { timeout: 90_000, interval: 1000 }).toEqual([]);
    const status = await look();
    expect(status.apps.map((app) => app.name)).toEqual(['shop']);
    expect(status.machines.map((machine) => machine.state)).toEqual(['ready', 'ready', 'ready']);
  });

  it('reaches what runs: exec, logs, ssh, kubeconfig, render, restart, forward', async () => {
    expect((await well('exec', 'shop', 'db', '--', 'mariadb', '--version')).stdout).toContain('MariaDB');
    expect((await well('logs', 'shop', 'web', '--tail', '5')).stdout).toContain('started');
    expect((await well('ssh', 'micro-1', '--', 'hostname')).stdout.trim()).toBe('micro-1');
    const kubeconfig = join(me.home, 'config');
    await well('kubeconfig', '--output', kubeconfig, '--no-forward');
    expect(parseDocument(readFileSync(kubeconfig, 'utf8')).get('current-context')).toBe('farthing-home');
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
    await well('kubeconfig', '--output', kubeconfig, '--remove');
    expect(readFileSync(kubeconfig, 'utf8')).not.toContain('farthing-home');
    const rendered = await well('render', 'shop');
    expect(rendered.stdout).toContain('kind: Deployment');
    expect(rendered.stdout).not.toContain('change-me');
    const pod = () => kubectl('-n', 'shop', 'get', 'pods', '-l', 'app.kubernetes.io/name=web', '-o', 'name');
    const old = await pod();
    await well('restart', 'shop', 'web');
    expect(await pod()).not.toBe(old);
    const { child, done } = me.start(['forward', '-f', file, 'shop', 'web', '18080:8080', '--json']);
    await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
    expect((await inWorld(['curl', '-sf', 'http://127.0.0.1:18080/'])).stdout).toContain('Adminer');
    child.kill('SIGINT');
    expect((await done).code).toBe(130);
  });

  it('a second up finds nothing to do: no write to the API, hosts byte for byte the same, one ssh login a host', async () => {
    const states = await Promise.all(machines.map((machine) => onHost(machine, hostState)));
    const lines = Number(await onHost('big', 'wc -l < /var/log/kube-audit.log'));
    const since = (await onHost('micro-1', 'date +%s.%N')).trim();
    const began = Date.now();
    const ran = await well('up', '--yes');
    console.log(`no-op up: ${((Date.now() - began) / 1000).toFixed(2)} s`);
    expect(ran.stderr.trim()).toBe('Nothing to do: home is as the file says.');
    const logins = await onHost('micro-1', `journalctl -u ssh -u sshd --since "@${since}" -o cat | grep -c 'Accepted publickey'`);
    // The look at the log is a login too.
    expect(Number(logins)).toBe(2);
    expect(await writesSince(lines)).toEqual([]);
    expect(await Promise.all(machines.map((machine) => onHost(machine, hostState)))).toEqual(states);
  });

  it.each([
    [
      'a firewall rule deleted',
      'micro-1',
      `iptables -D INPUT "$(iptables -S INPUT | grep -n 'farthing-node' | head -1 | cut -d: -f1 | awk '{print $1-1}')"`,
      ['host.firewall:micro-1'],
    ],
    [
      'a key of config.yaml changed',
      'micro-2',
      'sed -i s/^node-ip:.*/node-ip:\\ 10.77.0.99/ /etc/rancher/k3s/config.yaml',
      ['k3s.config:micro-2'],
    ],
    [
      'the unit edited',
      'micro-1',
      'echo "# mine" >> /etc/systemd/system/k3s-agent.service && systemctl daemon-reload',
      ['k3s.unit:micro-1'],
    ],
    ['the owner file deleted', 'micro-2', 'rm /etc/farthing/owner', ['host.owner:micro-2']],
    [
      'an image changed',
      'big',
      'k3s kubectl -n shop set image deployment/web web=docker.io/library/busybox:1.37',
      ['kube.objects:shop', 'kube.rollout:shop'],
    ],
    ['replicas scaled', 'big', 'k3s kubectl -n shop scale deployment web --replicas=0', ['kube.objects:shop', 'kube.rollout:shop']],
    [
      'a Secret changed',
      'big',
      `k3s kubectl -n shop patch secret web-env --type merge -p '{"stringData":{"ADMINER_DEFAULT_SERVER":"elsewhere"}}'`,
      ['kube.objects:shop'],
    ],
    ['a label removed', 'big', 'k3s kubectl -n shop label service web farthing.dev/app-', ['kube.objects:shop']],
    [
      'a label of a claim changed',
      'big',
      'k3s kubectl -n shop label pvc db-data app.kubernetes.io/part-of=other --overwrite',
      ['kube.objects:shop'],
    ],
    ['an add-on scaled to nothing', 'big', 'k3s kubectl -n kube-system scale deployment coredns --replicas=0', ['k3s.addon:coredns']],
  ])('drift by hand: %s is the plan, up mends it, and nothing is left', async (_what, machine, script, wanted) => {
    await onHost(machine, script);
    expect(await planned()).toEqual(wanted);
    await well('up', '--yes');
    expect(await planned()).toEqual([]);
  });

  it('a changed value restarts the service that reads it and no other', async () => {
    const env = join(me.home, 'home/shop/.env');
    const old = readFileSync(env, 'utf8');
    const uid = () => kubectl('-n', 'shop', 'get', 'pods', '-l', 'app.kubernetes.io/name=db', '-o', 'jsonpath={.items[*].metadata.uid}');
    const database = await uid();
    const compose = join(me.home, 'home/shop/compose.yaml');
    const text = readFileSync(compose, 'utf8');
    writeFileSync(compose, text.replace('ADMINER_DEFAULT_SERVER: db', 'ADMINER_DEFAULT_SERVER: db\n      ADMINER_DESIGN: nette'));
    const plan = JSON.parse((await well('plan', '--json')).stdout) as { operations: { id: string; touches: string[] }[] };
    expect(plan.operations.map((operation) => operation.id)).toEqual(['kube.objects:shop', 'kube.rollout:shop']);
    expect(plan.operations[0]?.touches).toEqual(['Secret shop/web-env', 'Deployment shop/web']);
    await well('up', 'shop', '--yes');
    expect(await uid()).toBe(database);
    expect(await planned()).toEqual([]);
    writeFileSync(env, old);
  });

  it('a removed machine is emptied, leaves no Node and no password, and is as it was; added again it joins', async () => {
    const back = editFile((document) => document.deleteIn(['machines', 'micro-2']));
    await well('up', '--yes');
    expect(await kubectl('get', 'nodes', '-o', 'name')).not.toContain('micro-2');
    expect(await kubectl('-n', 'kube-system', 'get', 'secrets', '-o', 'name')).not.toContain('micro-2.node-password');
    expect(await onHost('micro-2', wholeHost)).toBe(before['micro-2']);
    back();
    await well('up', '--yes');
    expect(await kubectl('get', 'nodes', '-o', 'name')).toContain('micro-2');
    expect(await planned()).toEqual([]);
  });

  it('a removed app goes, its volume is kept and listed, and prune deletes it by name', async () => {
    const back = editFile((document) => document.set('apps', document.createNode({})));
    await well('up', '--yes');
    expect(await kubectl('-n', 'shop', 'get', 'deployments,services,secrets', '-o', 'name')).toBe('');
    const plan = JSON.parse((await well('plan', '--json')).stdout) as { kept: { namespace: string; name: string }[] };
    expect(plan.kept).toMatchObject([{ namespace: 'shop', name: 'db-data' }]);
    const folder = (await onHost('big', 'ls /var/lib/rancher/k3s/storage')).trim();
    expect(folder).toContain('shop_db-data');
    expect((await run('prune', 'shop/other', '--yes')).code).toBe(2);
    await well('prune', 'shop/db-data', '--yes');
    expect(await kubectl('get', 'pv,namespaces', '-o', 'name')).not.toContain('shop');
    expect((await onHost('big', 'ls /var/lib/rancher/k3s/storage')).trim()).toBe('');
    back();
    await well('up', '--yes');
  });

  it('down wants the name, lists the data, and leaves the hosts as they were; twice is nothing', async () => {
    const wrong = await run('down', '--confirm', 'office');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('shop/db-data on big');
    expect((await run('down')).code).toBe(2);
    expect(await kubectl('get', 'nodes', '-o', 'name')).toContain('big');
    await onHost('big', 'rm -f /var/log/kube-audit.log');
    await well('down', '--confirm', 'home');
    for (const machine of machines) expect(await onHost(machine, wholeHost), machine).toBe(before[machine]);
    expect((await well('down', '--confirm', 'home')).stderr).toContain('Nothing to do');
  });
});
