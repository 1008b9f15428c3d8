import { Command, InvalidArgumentError } from 'commander';
import type { Progress } from '../progress.ts';
import { type LabHost, readLab } from '../state.ts';
import { sendOrder } from '../supervisor/order.ts';
import { fillDisk, healHost, killSshd, powerCut, powerOff, reboot } from './host.ts';
import { breakNetwork, delay, healNetwork, slow } from './network.ts';
import type { NetworkFault } from './network-rules.ts';

/** The command `fault`: makes something go wrong with a host, the network or the mirror, and well again. */
export function faultCommand(progress: Progress): Command {
  const fault = new Command('fault').description('make something go wrong, or well again');
  addNetworkFaults(fault);
  addHostFaults(fault, progress);
  addMirrorFaults(fault);
  fault
    .command('heal')
    .description('undo all faults: network, disks, ssh servers, hosts that are off, the mirror')
    .action(() => heal(progress));
  return fault;
}

function addNetworkFaults(fault: Command): void {
  const peer = ['--from <host>', 'only traffic with this host, or with `laptop`'] as const;
  const port = ['--port <number>', 'only connections to this tcp port of the host', number] as const;
  for (const kind of ['cut', 'reject'] as const) {
    const words = kind === 'cut' ? 'lose packets to and from a host' : 'answer "host prohibited" in a host\'s place (between hosts)';
    fault
      .command(kind)
      .description(words)
      .argument('<host>')
      .option(...peer)
      .option(...port)
      .action(async (name: string, options: { from?: string; port?: number }) => {
        await breakNetwork(await networkFault(kind, name, options));
      });
  }
  fault
    .command('delay')
    .description('delay packets towards a host (needs netem in the kernel)')
    .argument('<host>')
    .argument('<milliseconds>', '', number)
    .action(async (name: string, milliseconds: number) => delay(await host(name), milliseconds));
  fault
    .command('slow')
    .description('limit the speed towards a host')
    .argument('<host>')
    .argument('<kilobits>', 'per second', number)
    .action(async (name: string, kilobits: number) => slow(await host(name), kilobits));
}

async function networkFault(kind: NetworkFault['kind'], name: string, options: { from?: string; port?: number }): Promise<NetworkFault> {
  const { address } = await host(name);
  const peer = options.from === 'laptop' ? '10.77.0.1' : options.from && (await host(options.from)).address;
  return { kind, address, ...(peer ? { peer } : {}), ...(options.port ? { port: options.port } : {}) };
}

function addHostFaults(fault: Command, progress: Progress): void {
  const onHost = (name: string, words: string, act: (host: LabHost) => Promise<void>) =>
    fault
      .command(name)
      .description(words)
      .argument('<host>')
      .action(async (hostName: string) => {
        const target = await host(hostName);
        await progress.step(`${name} ${hostName}`, () => act(target));
      });
  onHost('reboot', 'shut a host down in order and wait until it is back', reboot);
  onHost('power-cut', 'take the power away and give it back', powerCut);
  onHost('power-off', 'take the power away; `heal` gives it back', powerOff);
  onHost('kill-sshd', 'stop the ssh server with all its sessions', killSshd);
  fault
    .command('fill-disk')
    .description("fill a host's disk")
    .argument('<host>')
    .option('--leave <MiB>', 'how much to leave free', number, 0)
    .action(async (name: string, options: { leave: number }) => fillDisk(await host(name), options.leave));
}

function addMirrorFaults(fault: Command): void {
  fault
    .command('mirror')
    .description('make downloads fail')
    .option('--path <file>', 'only this file: k3s, install.sh …')
    .option('--status <code>', 'answer with this status', number)
    .option('--truncate-at <bytes>', 'break off after so many bytes', number)
    .option('--corrupt-at <offset>', 'flip one byte', number)
    .option('--bytes-per-second <n>', 'be slow', number)
    .option('--times <n>', 'heal after so many downloads', number)
    .action((options: object) => sendOrder({ kind: 'mirror-fault', fault: options }));
}

async function heal(progress: Progress): Promise<void> {
  await sendOrder({ kind: 'mirror-heal' });
  await healNetwork();
  for (const each of (await readLab()).hosts) {
    await progress.step(`healing ${each.name}`, () => healHost(each));
  }
}

async function host(name: string): Promise<LabHost> {
  const { hosts } = await readLab();
  const found = hosts.find((each) => each.name === name);
  if (!found) {
    throw new Error(`no host "${name}"; there are ${hosts.map((each) => each.name).join(', ')}`);
  }
  return found;
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    throw new InvalidArgumentError('a whole number is needed');
  }
  return value;
}
