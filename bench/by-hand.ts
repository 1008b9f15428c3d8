import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { servedRelease } from '../lab/demo/home.ts';
import { type LabHost, readLab } from '../lab/state.ts';

/**
 * What a person who knows K3s would type, as fast as it goes: open the firewalls, stage the files on
 * all hosts at the same time, start the server, and when it is ready start the agents at once.
 * Prints how long each step took, in milliseconds, as JSON. Runs inside the lab's network.
 */
const prepare = `
set -eu
address=$1 version=$2
iptables -I INPUT 1 -s 10.77.0.0/24 -j ACCEPT
iptables -I INPUT 1 -s 10.42.0.0/16 -j ACCEPT
iptables -I FORWARD 1 -j ACCEPT
mkdir -p /etc/rancher/k3s
cat > /etc/rancher/k3s/lab-ca.crt
cat > /etc/rancher/k3s/registries.yaml <<END
mirrors:
  docker.io: { endpoint: ["https://registry.lab:5000"] }
configs:
  "registry.lab:5000": { tls: { ca_file: /etc/rancher/k3s/lab-ca.crt } }
END
from=https://mirror.lab:8443/k3s/$(echo "$version" | sed 's/+/%2B/')
curl -sSf --cacert /etc/rancher/k3s/lab-ca.crt -o /usr/local/bin/k3s "$from/k3s"
curl -sSf --cacert /etc/rancher/k3s/lab-ca.crt -o /root/install.sh "$from/install.sh"
chmod 755 /usr/local/bin/k3s
`;

const server = `
set -eu
cat > /etc/rancher/k3s/config.yaml <<END
node-name: $1
node-ip: $2
token: by-hand
agent-token: by-hand-agent
secrets-encryption: true
disable: [traefik, servicelb]
kubelet-arg: [fail-cgroupv1=false]
END
INSTALL_K3S_SKIP_DOWNLOAD=true sh /root/install.sh server
until k3s kubectl get node "$1" 2>/dev/null | grep -q ' Ready'; do sleep 0.2; done
`;

const agent = `
set -eu
cat > /etc/rancher/k3s/config.yaml <<END
node-name: $1
node-ip: $2
server: https://$3:6443
token: by-hand-agent
kubelet-arg: [fail-cgroupv1=false]
END
INSTALL_K3S_SKIP_DOWNLOAD=true sh /root/install.sh agent
`;

const ready = `
until k3s kubectl get node "$1" 2>/dev/null | grep -q ' Ready'; do sleep 0.2; done
`;

function onHost(host: LabHost, script: string, args: readonly string[], tail = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const argv = [
      '-q',
      '-o',
      'BatchMode=yes',
      `${host.user}@${host.address}`,
      `sudo sh -c '${script.replaceAll("'", `'\\''`)}' sh ${args.join(' ')}`,
    ];
    const child = execFile('ssh', argv, (error, _, stderr) =>
      error ? reject(new Error(`${host.name}: ${stderr.slice(-1000)}`)) : resolve(),
    );
    child.stdin?.end(tail);
  });
}

const lab = await readLab();
const { version } = await servedRelease();
const ca = await readFile(lab.caCert, 'utf8');
const [first, ...others] = lab.hosts;
if (!first) throw new Error('the lab has no hosts');
const times: Record<string, number> = {};
const timed = async (name: string, work: Promise<unknown>): Promise<void> => {
  const started = performance.now();
  await work;
  times[name] = performance.now() - started;
};
await timed('staged', Promise.all(lab.hosts.map((host) => onHost(host, prepare, [host.address, version], ca))));
await timed('server ready', onHost(first, server, [first.name, first.address]));
await timed(
  'slowest agent ready',
  Promise.all(
    others.map(async (host) => {
      await onHost(host, agent, [host.name, host.address, first.address]);
      await onHost(first, ready, [host.name]);
    }),
  ),
);
process.stdout.write(`${JSON.stringify(times)}\n`);
