import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labPaths } from './config.ts';
import { formatCpuList } from './hosts/cpu-set.ts';
import { hostCpus } from './hosts/prepare.ts';
import { run } from './run.ts';
import { inLabArgv, type LabHost, type LabState, labEnv, readLab } from './state.ts';
import { addedBy, type MachineView, runLab, viewMachine } from './testing.ts';

// Boots a lab of its own beside any other; needs root and some seconds (minutes with an empty cache).
const instance = 'lab-e2e';
process.env.FARTHING_LAB = instance;

let before: MachineView;
let lab: LabState;

beforeAll(async () => {
  await runLab(['down']);
  before = await viewMachine();
  await runLab(['up', '--no-k3s']);
  lab = await readLab();
});

afterAll(async () => {
  await runLab(['down']);
});

function host(name: string): LabHost {
  const found = lab.hosts.find((each) => each.name === name);
  if (!found) {
    throw new Error(name);
  }
  return found;
}

/** Runs a program in the lab's network. */
function inside(argv: readonly string[], strangers = false) {
  return run(inLabArgv(argv, strangers), { env: labEnv(), accept: 'any' });
}

/** Runs a script on a host over ssh. */
function on(name: string, script: string) {
  const { user, address } = host(name);
  return run(inLabArgv(['ssh', '-o', 'BatchMode=yes', `${user}@${address}`, 'sh', '-s']), { env: labEnv(), input: script, accept: 'any' });
}

const connect = (address: string, port: number) => `bash -c 'timeout 3 bash -c "</dev/tcp/${address}/${port}"' 2>&1`;

describe('hosts', () => {
  test('are what lab.json says', async () => {
    expect(lab).toMatchObject({ instance, layout: 'free-tier', ready: true });
    expect(lab.hosts.map(({ name, address, user, status, boots }) => ({ name, address, user, status, boots }))).toEqual([
      { name: 'big', address: '10.77.0.11', user: 'ubuntu', status: 'running', boots: 1 },
      { name: 'micro-1', address: '10.77.0.12', user: 'ubuntu', status: 'running', boots: 1 },
      { name: 'micro-2', address: '10.77.0.13', user: 'ubuntu', status: 'running', boots: 1 },
    ]);
    const scanned = await inside(['ssh-keyscan', '-t', 'ed25519', '10.77.0.11']);
    expect(scanned.stdout).toContain(host('big').hostKey);
  });

  test('have the size of the layout, by their limits and as programs see it', async () => {
    const seen = await on('micro-1', 'nproc; cat /sys/devices/system/cpu/online; grep MemTotal /proc/meminfo; hostname');
    const pinned = formatCpuList(await hostCpus(host('micro-1'), lab.hosts));
    expect(seen.stdout.replace(/ +/g, ' ').trim().split('\n')).toEqual(['1', pinned, 'MemTotal: 1048576 kB', 'micro-1']);
    const hungry = await on('micro-1', 'head -c 1200M /dev/zero | tail -c 1200M >/dev/null; echo $?');
    expect(hungry.stdout.trim()).toBe('137');
  });

  test('are distinct, healthy machines with a user who may become root, and root itself locked out', async () => {
    const ids = await Promise.all(lab.hosts.map(({ name }) => on(name, 'cat /etc/machine-id; systemctl is-system-running')));
    expect(new Set(ids.map(({ stdout }) => stdout.split('\n')[0])).size).toBe(3);
    expect(ids.map(({ stdout }) => stdout.split('\n')[1])).toEqual(['running', 'running', 'running']);
    expect((await on('big', 'sudo -n id -u')).stdout.trim()).toBe('0');
    expect((await inside(['ssh', '-o', 'BatchMode=yes', 'root@10.77.0.11', 'true'])).stderr).toContain('Permission denied');
  });

  test('can ask for the kernel modules of a node', async () => {
    expect(await on('big', 'sudo modprobe br_netfilter && sudo modprobe overlay && sudo modprobe vxlan && echo well')).toMatchObject({
      stdout: 'well\n',
    });
  });

  test('are known to ssh, unless they are to be strangers', async () => {
    const login = ['ssh', '-o', 'BatchMode=yes', '-o', 'UserKnownHostsFile=/dev/null', 'ubuntu@10.77.0.12', 'true'];
    expect((await inside(login)).code).toBe(0);
    expect((await inside(login, true)).stderr).toContain('Host key verification failed');
  });
});

describe("the vendor's firewall", () => {
  test('lets ssh and ping through between hosts, and rejects all else', async () => {
    expect((await on('micro-1', connect('10.77.0.11', 22))).code).toBe(0);
    expect((await on('micro-1', 'ping -c1 -W2 10.77.0.11')).code).toBe(0);
    expect((await on('micro-1', connect('10.77.0.11', 6443))).stdout).toContain('No route to host');
    expect((await inside(['bash', '-c', '</dev/tcp/10.77.0.11/6443'])).stderr).toContain('No route to host');
  });

  test('keeps the boot volume for root, and gives metadata to anybody who asks properly', async () => {
    expect((await on('big', connect('169.254.0.2', 3260))).stdout).toContain('refused');
    expect((await on('big', `sudo ${connect('169.254.0.2', 3260)}`)).code).toBe(0);
    const ask = 'curl -s -o /dev/null -w "%{http_code} " http://169.254.169.254/opc/v2/instance/';
    expect((await on('big', `${ask}; ${ask} -H 'Authorization: Bearer Oracle'`)).stdout).toBe('403 200 ');
  });
});

describe('services', () => {
  test('the registry has images for both architectures, over TLS by the CA of the lab', async () => {
    const url = 'https://registry.lab:5000/v2/library/mariadb/manifests/10.11';
    const answer = await inside(['curl', '-sS', '--cacert', lab.caCert, '-H', 'Accept: application/vnd.oci.image.index.v1+json', url]);
    const index = JSON.parse(answer.stdout) as { manifests: { platform: { architecture: string } }[] };
    expect(index.manifests.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64']);
    expect((await inside(['curl', '-sS', url])).stderr).toContain('certificate');
  });

  test('S3 keeps an object', async () => {
    const { accessKey, secretKey, region } = lab.services.find(({ name }) => name === 's3') ?? {};
    const sign = ['--aws-sigv4', `aws:amz:${region}:s3`, '--user', `${accessKey}:${secretKey}`];
    const curl = ['curl', '-sS', '--fail-with-body', '--cacert', lab.caCert, ...sign, '-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD'];
    await inside([...curl, '-X', 'PUT', 'https://s3.lab:9000/shelf']);
    await inside([...curl, '-X', 'PUT', '--data-binary', 'a book', 'https://s3.lab:9000/shelf/book']);
    expect((await inside([...curl, 'https://s3.lab:9000/shelf/book'])).stdout).toBe('a book');
    expect((await inside(['curl', '-sS', '--cacert', lab.caCert, 'https://s3.lab:9000/shelf/book'])).stdout).toContain('AccessDenied');
  });

  test("names resolve on hosts, by file and by the cloud's resolver; there is no way out", async () => {
    expect((await on('micro-2', 'getent ahostsv4 registry.lab')).stdout).toContain('10.77.0.1');
    expect((await on('micro-2', 'ping -c1 -W1 198.51.100.1')).code).not.toBe(0);
    expect((await run(['ip', '-netns', instance, 'route', 'show', 'default'])).stdout).toBe('');
  });
});

describe('faults', () => {
  test('a reboot brings the host back with its files, its address, its limits and its saved firewall alone', async () => {
    await on('micro-1', 'sudo iptables -I INPUT -p tcp --dport 9999 -j ACCEPT; echo kept | sudo tee /etc/kept /var/lib/kept');
    await runLab(['fault', 'reboot', 'micro-1']);
    lab = await readLab();
    expect(host('micro-1')).toMatchObject({ status: 'running', boots: 2 });
    const seen = await on(
      'micro-1',
      'cat /etc/kept /var/lib/kept; sudo iptables -S INPUT | grep -c -e 9999 -e REJECT; grep MemTotal /proc/meminfo',
    );
    expect(seen.stdout.replace(/ +/g, ' ')).toBe('kept\nkept\n1\nMemTotal: 1048576 kB\n');
    expect((await on('big', connect('10.77.0.12', 6443))).stdout).toContain('No route to host');
  });

  test('a power cut does not lose what was written', async () => {
    await on('micro-2', 'echo written | sudo tee /var/lib/written');
    await runLab(['fault', 'power-cut', 'micro-2']);
    lab = await readLab();
    expect(host('micro-2').boots).toBe(2);
    expect((await on('micro-2', 'cat /var/lib/written')).stdout).toBe('written\n');
  });

  test('a cut between two leaves the others alone, and heals', async () => {
    const ping = 'ping -c1 -W1 10.77.0.12';
    await runLab(['fault', 'cut', 'micro-1', '--from', 'big']);
    expect((await on('big', ping)).code).toBe(1);
    expect((await on('micro-2', ping)).code).toBe(0);
    await runLab(['fault', 'heal']);
    expect((await on('big', ping)).code).toBe(0);
  });

  test('a full disk, a stopped ssh server and a host without power heal', async () => {
    await runLab(['fault', 'fill-disk', 'big', '--leave', '2']);
    expect((await on('big', 'dd if=/dev/zero of=/home/ubuntu/x bs=1M count=5')).stderr).toContain('No space left');
    await runLab(['fault', 'kill-sshd', 'micro-1']);
    expect((await on('micro-1', 'true')).code).toBe(255);
    await runLab(['fault', 'power-off', 'micro-2']);
    expect((await readLab()).hosts.find(({ name }) => name === 'micro-2')?.status).toBe('off');
    await runLab(['fault', 'heal']);
    lab = await readLab();
    const well = await Promise.all(lab.hosts.map(({ name }) => on(name, 'dd if=/dev/zero of=/home/ubuntu/x bs=1M count=5 && echo well')));
    expect(well.map(({ stdout }) => stdout)).toEqual(['well\n', 'well\n', 'well\n']);
  });
});

describe('coming and going', () => {
  test('up again changes nothing', async () => {
    await runLab(['up', '--no-k3s']);
    expect((await readLab()).hosts.map(({ leader }) => leader)).toEqual(lab.hosts.map(({ leader }) => leader));
  });

  test('down leaves the machine as it was', async () => {
    await runLab(['down']);
    expect(addedBy(before, await viewMachine(), instance)).toEqual([]);
    await expect(readFile(labPaths().json)).rejects.toThrow('ENOENT');
  });
});
