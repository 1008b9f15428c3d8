import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { labPaths, network } from '../config.ts';
import type { PlacedHost } from '../layouts.ts';
import { run } from '../run.ts';
import { GaveUp, waitFor } from '../wait.ts';
import { cgroupPids, ensureCgroup, killCgroup, memoryUsed, removeCgroup } from './cgroups.ts';
import { formatCpuList } from './cpu-set.ts';
import { findLeader } from './leader.ts';
import { hostCpus, hostFolder } from './prepare.ts';
import { memInfo } from './proc-files.ts';

/** nspawn's exit code for a machine that rebooted and wants to be started again. */
const rebootCode = 133;

/** What a machine is started with. */
export interface MachineInput {
  readonly host: PlacedHost;
  /** The whole layout. */
  readonly all: readonly PlacedHost[];
  readonly base: string;
  /** Folder to show as /lib/modules. */
  readonly modules: string;
  readonly onChange: () => void;
}

/** One host: started, watched, started again when it reboots. */
export class Machine {
  status: 'booting' | 'running' | 'off' = 'off';
  leader = 0;
  boots = 0;
  private child: ChildProcess | undefined;
  private readonly input: MachineInput;
  private readonly cgroup: string;

  constructor(input: MachineInput) {
    this.input = input;
    this.cgroup = `${labPaths().instance}/${input.host.name}`;
  }

  get host(): PlacedHost {
    return this.input.host;
  }

  /** Boots the host and returns when it takes a login. Does nothing when it is up. */
  async start(): Promise<void> {
    if (this.status !== 'off') {
      return;
    }
    this.change('booting');
    const child = await this.spawn();
    this.child = child;
    child.on('exit', (code) => this.ended(child, code));
    this.leader = await waitFor(`${this.host.name}'s init`, () => this.lookForLeader(child), {
      seconds: 60,
      everyMs: 20,
    });
    await this.connect();
    await this.dress();
    await waitFor(`${this.host.name} to take a login`, () => this.login(), { seconds: 90, everyMs: 100 });
    this.boots += 1;
    this.change('running');
  }

  /** Takes the power away: everything in the host dies at once, nothing is asked. */
  async powerOff(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    await killCgroup(this.cgroup);
    if (child && child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => child.once('exit', resolve));
    }
    this.leader = 0;
    this.change('off');
  }

  /** Writes what the host's memory cgroup says into the file that it shows as /proc/meminfo. */
  async refreshMemInfo(): Promise<void> {
    const total = this.host.memoryMiB * 1024;
    const used = Math.floor((await memoryUsed(this.cgroup)) / 1024);
    const file = await open(hostFolder(this.host.name).meminfo, 'r+');
    await file.write(memInfo(total, Math.min(total, used)), 0);
    await file.close();
  }

  private async spawn(): Promise<ChildProcess> {
    const { host, base, modules } = this.input;
    const { instance } = labPaths();
    const folder = hostFolder(host.name);
    // What the last boot left: below version 2, a cgroup that was divided takes no process of its own any more.
    await killCgroup(this.cgroup);
    await removeCgroup(this.cgroup);
    const joins = await ensureCgroup(this.cgroup, {
      memoryBytes: host.memoryMiB * 1024 * 1024,
      cpuset: formatCpuList(await hostCpus(host, this.input.all)),
    });
    const script = fileURLToPath(new URL('boot.sh', import.meta.url));
    const console = await open(folder.console, 'a');
    const boot = [script, folder.dir, base, `${instance}-${host.name}`, network.bridge, modules, ...joins];
    const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', ...boot], {
      detached: true,
      stdio: ['ignore', console.fd, console.fd],
    });
    await console.close();
    return child;
  }

  private async lookForLeader(child: ChildProcess): Promise<number | undefined> {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new GaveUp(`${this.host.name} did not boot; see ${hostFolder(this.host.name).console}`);
    }
    return findLeader(await cgroupPids(this.cgroup));
  }

  /** Gives the host its address from outside, as a cloud's DHCP would. */
  private async connect(): Promise<void> {
    const { address } = this.host;
    const batch = [
      `addr add ${address}/${network.prefixLength} dev host0`,
      'link set host0 up',
      `route add default via ${network.gateway} dev host0`,
    ];
    await waitFor(
      `${this.host.name}'s network interface`,
      () => run(['nsenter', '-t', `${this.leader}`, '-n', 'ip', '-batch', '-'], { input: batch.join('\n') }).then(() => true),
      { seconds: 20, everyMs: 50 },
    );
  }

  /** Makes cgroups writable inside and shows the sizes of the layout. */
  private async dress(): Promise<void> {
    const script = fileURLToPath(new URL('dress.sh', import.meta.url));
    await run(['nsenter', '-t', `${this.leader}`, '-m', '-p', 'sh', '-s'], {
      input: await readFile(script, 'utf8'),
    });
    await this.refreshMemInfo();
  }

  private async login(): Promise<true | undefined> {
    if (this.status === 'off') {
      throw new GaveUp(`${this.host.name} went off while it booted`);
    }
    const { ssh } = labPaths();
    await speaksSsh(this.host.address);
    const options = ['-i', ssh.key, '-F', 'none', '-o', `UserKnownHostsFile=${ssh.knownHosts}`, '-o', 'BatchMode=yes'];
    await run(['ssh', ...options, '-o', 'ConnectTimeout=3', `${this.host.user}@${this.host.address}`, 'true']);
    return true;
  }

  private ended(child: ChildProcess, code: number | null): void {
    if (this.child !== child) {
      return;
    }
    this.child = undefined;
    this.leader = 0;
    this.change('off');
    if (code === rebootCode) {
      void this.start().catch(() => this.change('off'));
    }
  }

  private change(status: Machine['status']): void {
    this.status = status;
    this.input.onChange();
  }
}

function speaksSsh(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: 22, timeout: 1000 });
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
    for (const event of ['error', 'timeout', 'close'] as const) {
      socket.once(event, () => {
        socket.destroy();
        reject(new Error(`${address}:22: ${event}`));
      });
    }
  });
}
