import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labPaths } from '../config.ts';
import { run } from '../run.ts';
import { type LabHost, readLab } from '../state.ts';
import { type BridgePort, type NetworkFault, renderNetworkRules } from './network-rules.ts';

const faultsFile = () => join(labPaths().state, 'network-faults.json');

interface Link {
  readonly ifname: string;
  readonly ifindex: number;
  readonly link_index?: number;
}

/** Adds a fault to those that are set. */
export async function breakNetwork(fault: NetworkFault): Promise<void> {
  await load([...(await readFaults()), fault]);
}

/** Lets all traffic through again, at full speed. */
export async function healNetwork(): Promise<void> {
  await load([]);
  for (const { device } of await bridgePorts()) {
    await run(tc('del', device), { accept: 'any' });
  }
  await rm(faultsFile(), { force: true });
}

/**
 * Delays packets towards a host. Throws where the kernel cannot (it needs netem).
 * Like `slow`, it ends when the host reboots.
 */
export async function delay(host: LabHost, milliseconds: number): Promise<void> {
  await run([...tc('replace', await deviceOf(host)), 'netem', 'delay', `${milliseconds}ms`]).catch((cause) => {
    throw new Error('this kernel cannot delay packets: it has no netem (CONFIG_NET_SCH_NETEM)', { cause });
  });
}

/** Limits the speed towards a host. */
export async function slow(host: LabHost, kilobits: number): Promise<void> {
  const limit = ['rate', `${kilobits}kbit`, 'burst', '16kb', 'latency', '400ms'];
  await run([...tc('replace', await deviceOf(host)), 'tbf', ...limit]);
}

function tc(action: 'replace' | 'del', device: string): readonly string[] {
  return ['tc', '-netns', labPaths().instance, 'qdisc', action, 'dev', device, 'root'];
}

async function readFaults(): Promise<readonly NetworkFault[]> {
  return JSON.parse(await readFile(faultsFile(), 'utf8').catch(() => '[]')) as readonly NetworkFault[];
}

async function load(faults: readonly NetworkFault[]): Promise<void> {
  const rules = renderNetworkRules(faults, await bridgePorts());
  await run(['nsenter', `--net=${labPaths().netns}`, 'nft', '-f', '-'], { input: rules });
  await writeFile(faultsFile(), `${JSON.stringify(faults, null, 2)}\n`);
}

async function deviceOf(host: LabHost): Promise<string> {
  const port = (await bridgePorts()).find(({ address }) => address === host.address);
  if (!port) {
    throw new Error(`${host.name} is off`);
  }
  return port.device;
}

/** The running hosts' ends on the bridge. Their names are nspawn's to choose: they are found by number. */
async function bridgePorts(): Promise<readonly BridgePort[]> {
  const links = await readLinks(['ip', '-netns', labPaths().instance]);
  const found: BridgePort[] = [];
  for (const host of (await readLab()).hosts.filter(({ leader }) => leader > 0)) {
    const inside = await readLinks(['nsenter', '-t', `${host.leader}`, '-n', 'ip']);
    const index = inside.find(({ ifname }) => ifname === 'host0')?.link_index;
    const device = links.find(({ ifindex }) => ifindex === index)?.ifname;
    if (device) {
      found.push({ address: host.address, device });
    }
  }
  return found;
}

async function readLinks(ip: readonly string[]): Promise<readonly Link[]> {
  return JSON.parse((await run([...ip, '-j', 'link'])).stdout) as readonly Link[];
}
