import { readFile } from 'node:fs/promises';
import { servedRelease } from '../../lab/demo/home.ts';
import { readLab } from '../../lab/state.ts';
import { realClock } from '../../src/cli/real-ports.ts';
import { firewallOperation, type HostFacts, hostHandlers, ownerOperation, readHostFacts, releaseOperation } from '../../src/host/index.ts';
import {
  agentConfig,
  k3sDrift,
  k3sHandlers,
  leaveOperation,
  registriesConfig,
  serverConfig,
  type WantedNode,
} from '../../src/k3s/index.ts';
import { type Cluster, connectThrough } from '../../src/kube/index.ts';
import type { AnyHandler, Operation } from '../../src/operation/index.ts';
import type { Machine, Spec } from '../../src/spec/index.ts';
import { carryOut, type LabShells, labShells } from './shells.ts';

/** The rooms host and k3s on the lab's hosts, without a file, a plan or the program: `big` is the server. */
export interface LabNodes {
  readonly shells: LabShells;
  readonly handlers: readonly AnyHandler[];
  /** What one host needs now, in order. */
  plan(name: string, change?: (wanted: WantedNode) => WantedNode): Promise<readonly Operation[]>;
  /** Carries out what is planned for one host; gives the ids. */
  up(name: string, change?: (wanted: WantedNode) => WantedNode): Promise<readonly string[]>;
  /** Takes K3s and farthing off a host. */
  down(name: string): Promise<void>;
  cluster(): Promise<Cluster>;
  dispose(): Promise<void>;
}

/** The cluster's id in these tests. */
const id = 'lab-nodes';

/** Opens the hosts; changes nothing yet. */
export async function labNodes(): Promise<LabNodes> {
  const shells = await labShells();
  const lab = await readLab();
  const release = await servedRelease();
  const ca = await readFile(lab.caCert, 'utf8');
  const registry = lab.services.find((service) => service.name === 'registry')?.url ?? '';
  const mirror = lab.services.find((service) => service.name === 'mirror')?.url ?? '';
  const registries = registriesConfig(
    { mirrors: { 'docker.io': { endpoint: [registry] } }, configs: { [new URL(registry).host]: { tls: { ca: 'ca' } } } },
    { passwords: {}, certificates: { ca } },
  );
  const base = `${mirror}/${encodeURIComponent(release.version)}`;
  const address = (name: string) => lab.hosts.find((host) => host.name === name)?.address ?? '';
  const spec = { network: { pods: '10.42.0.0/16', services: '10.43.0.0/16', backend: 'vxlan' } } as Spec;
  const shell = (machine: string) => shells.open(machine);
  let connected: Cluster | undefined;
  const cluster = async () => {
    const server = await shell('big');
    connected ??= await connectThrough(server, (await server.run('cat /etc/rancher/k3s/k3s.yaml')).stdout, realClock);
    return connected;
  };
  const handlers = [...hostHandlers({ shell, clock: realClock }), ...k3sHandlers({ shell, clock: realClock, cluster })];

  const wantedNode = (name: string, facts: HostFacts): WantedNode => {
    const role = name === 'big' ? 'server' : 'agent';
    const machine: Machine = { name, kind: 'ssh', target: name, role, hostKeys: [], labels: {} };
    return {
      machine: name,
      role,
      server: 'big',
      release: {
        version: release.version,
        binary: { url: `${base}/k3s`, sha256: release.sha256.amd64 },
        installScript: { url: `${base}/install.sh`, sha256: release.sha256.installScript },
      },
      downloadCa: ca,
      files: {
        config: role === 'server' ? serverConfig(spec, machine, facts) : agentConfig(machine, facts, address('big')),
        others: registries?.files ?? {},
        ...(registries ? { registries: registries.text } : {}),
      },
    };
  };
  const nodes: LabNodes = {
    shells,
    handlers,
    cluster,
    plan: async (name, change = (wanted) => wanted) => {
      const facts = await readHostFacts(await shell(name), realClock);
      const wanted = change(wantedNode(name, facts));
      const peers = lab.hosts.filter((host) => host.name !== name).map((host) => host.address);
      const owner = ownerOperation(facts, { id, cluster: 'test', machine: name, version: '0' });
      const firewall = firewallOperation(facts, { peers, pods: spec.network.pods, role: wanted.role });
      return [...(owner ? [owner] : []), ...(firewall ? [firewall] : []), ...k3sDrift(facts, wanted)];
    },
    up: async (name, change) => {
      const operations = await nodes.plan(name, change);
      for (const operation of operations) await carryOut(handlers, operation);
      return operations.map((operation) => operation.id);
    },
    down: async (name) => {
      const facts = await readHostFacts(await shell(name), realClock);
      await carryOut(handlers, leaveOperation(facts, { why: 'the test is over', destroys: [] }));
      await carryOut(handlers, releaseOperation(facts, id));
    },
    dispose: async () => {
      await connected?.close();
      await shells.dispose();
    },
  };
  return nodes;
}
