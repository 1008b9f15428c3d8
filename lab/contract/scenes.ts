import { clock, journal, needInstall, placeBinary, until, wipe } from './actions.ts';
import { type Bench, confDir, dataDir } from './bench.ts';
import { agentChecks, enterAgent, leaveAgent } from './checks/agent.ts';
import { commandChecks } from './checks/commands.ts';
import { configChecks } from './checks/config.ts';
import { fileChecks } from './checks/files.ts';
import { installer } from './checks/installer.ts';
import { leaveChecks, prepareLeaving } from './checks/leaving.ts';
import { clearManifests, manifestChecks } from './checks/manifests.ts';
import { networkChecks } from './checks/network.ts';
import { nodeChecks } from './checks/node.ts';
import { protocolChecks } from './checks/protocol.ts';
import { cgroupRefusal, refusals } from './checks/refusals.ts';
import { restartChecks } from './checks/restart.ts';
import { storageChecks } from './checks/storage.ts';
import { getNode, isReady } from './node-object.ts';
import { serverCall, writeServerSettings } from './settings.ts';
import type { Scene } from './types.ts';

async function startServer(bench: Bench): Promise<void> {
  const { host, facts } = bench.server;
  await wipe(host);
  await placeBinary(host);
  await writeServerSettings(bench);
  const foreign = `${dataDir}/agent/etc/containerd/certs.d/foreign.contract.test/hosts.toml`;
  await host.write(foreign, '# mine\n');
  const since = await clock(host);
  await needInstall(host, { ...serverCall, seconds: 400 });
  const atReady = await getNode(host, facts.hostname).catch(() => undefined);
  bench.memory.set('server.node-at-ready', atReady === undefined ? 'absent' : isReady(atReady) ? 'Ready' : 'not Ready');
  await until('the Node to be Ready', 180, async () => {
    const node = await getNode(host, facts.hostname);
    return node !== undefined && isReady(node) ? node : undefined;
  });
  bench.memory.set('server.journal', await journal(host, 'k3s', since));
  bench.memory.set('server.running', 'yes');
}

/** The server must be there for what follows. */
const needsServer = (bench: Bench): string | undefined => (bench.memory.has('server.running') ? undefined : 'the server did not start');
const nothing = (): Promise<void> => Promise.resolve();

/** All scenes in the order of a host's life. The ones from `server` to `agent` share one cluster. */
export const scenes: readonly Scene[] = [
  installer,
  refusals,
  cgroupRefusal,
  { name: 'server', enter: startServer, checks: [...configChecks, ...fileChecks, ...nodeChecks] },
  { name: 'network', skip: needsServer, enter: nothing, checks: networkChecks.filter((check) => check.id !== 'network.cni0') },
  { name: 'join protocol', skip: needsServer, enter: nothing, checks: protocolChecks },
  { name: 'commands', skip: needsServer, enter: nothing, checks: commandChecks },
  { name: 'manifests', skip: needsServer, enter: nothing, checks: manifestChecks, leave: clearManifests },
  {
    name: 'storage',
    skip: needsServer,
    enter: nothing,
    checks: [...storageChecks, ...networkChecks.filter((check) => check.id === 'network.cni0')],
  },
  {
    name: 'agent',
    skip: (bench) => needsServer(bench) ?? (bench.agent === undefined ? 'no --agent was given' : undefined),
    enter: enterAgent,
    checks: agentChecks,
    leave: leaveAgent,
  },
  { name: 'restart', skip: needsServer, enter: nothing, checks: restartChecks },
  {
    name: 'leaving',
    skip: needsServer,
    enter: prepareLeaving,
    checks: leaveChecks,
    leave: async (bench) => {
      bench.memory.delete('server.running');
      await wipe(bench.server.host);
      await bench.server.host.run('rm -rf "$1"', { args: [confDir] });
    },
  },
];

/** The scenes that a choice by name needs: those named, and the server for what looks at it. */
export function chosenScenes(only: readonly string[]): readonly Scene[] {
  if (only.length === 0) return scenes;
  const unknown = only.filter((name) => !scenes.some((scene) => scene.name === name));
  if (unknown.length > 0) throw new Error(`no scene ${unknown.join(', ')}; there are: ${scenes.map((scene) => scene.name).join(', ')}`);
  const alone = new Set([installer.name, refusals.name, cgroupRefusal.name]);
  const needed = new Set(only);
  if (only.some((name) => !alone.has(name))) needed.add('server');
  return scenes.filter((scene) => needed.has(scene.name));
}
