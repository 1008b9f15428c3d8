import { spawn } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Builds, ensureBuilds } from './builds.ts';
import { createCertificates } from './ca/certificates.ts';
import { labPaths } from './config.ts';
import { removeLab } from './down.ts';
import { ensureCgroup } from './hosts/cgroups.ts';
import { ensureModules } from './hosts/modules.ts';
import { hostFolder, prepareHost } from './hosts/prepare.ts';
import { type PlacedHost, placeHosts } from './layouts.ts';
import { withLock } from './lock.ts';
import { ensureRoot, noteMachine } from './machine-wide.ts';
import { createNetns, writeNetnsEtc } from './net/netns.ts';
import { claim, resolveOwnership } from './owner.ts';
import type { Progress } from './progress.ts';
import { publishFolder } from './publish.ts';
import { publishImages } from './registry/publish.ts';
import { registryStorage } from './registry/serve.ts';
import { run } from './run.ts';
import { createS3Credentials } from './s3/serve.ts';
import { type LabState, readLab } from './state.ts';
import { sendOrder, supervisorAnswers } from './supervisor/order.ts';
import { GaveUp, waitFor } from './wait.ts';

const bootSeconds = 120;

/** What `lab up` is asked for. */
export interface UpOptions {
  readonly layout: string;
  /** Whether the mirror and the registry get the K3s stand-in. */
  readonly k3s: boolean;
  readonly progress: Progress;
}

/** Starts the lab and returns when every host takes logins. Where it is up already, only gives it what has been built since. */
export async function labUp(options: UpOptions): Promise<LabState> {
  const { layout, progress } = options;
  const hosts = placeHosts(layout);
  requireRoot();
  const builds = await ensureBuilds(options.k3s, progress);
  await ensureRoot();
  return withLock(labPaths().lock, async () => {
    const ownership = await resolveOwnership();
    if (typeof ownership === 'object') {
      throw new Error(`${ownership.refused}; it is left alone. Take another name with FARTHING_LAB=…`);
    }
    if (ownership === 'ours') {
      const running = await runningLab();
      if (running) {
        return keep(running, builds, options);
      }
      progress.say('clearing what a stopped lab left');
      await removeLab();
    }
    await claim();
    return start({ layout, hosts, builds, progress });
  });
}

function requireRoot(): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error('the lab needs Linux and root: it makes namespaces, cgroups and mounts');
  }
}

async function runningLab(): Promise<LabState | undefined> {
  const lab = await readLab().catch(() => undefined);
  return lab?.ready && (await supervisorAnswers()) ? lab : undefined;
}

async function keep(lab: LabState, builds: Builds, { layout, progress }: UpOptions): Promise<LabState> {
  if (lab.layout !== layout) {
    throw new Error(`this lab is up with layout ${lab.layout}; run \`lab down\` before \`lab up ${layout}\``);
  }
  await publishAll(builds);
  for (const host of lab.hosts.filter(({ status }) => status === 'off')) {
    await progress.step(`starting ${host.name}`, () => sendOrder({ kind: 'host', host: host.name, action: 'start' }));
  }
  progress.say('already up');
  return readLab();
}

interface StartInput {
  readonly layout: string;
  readonly hosts: readonly PlacedHost[];
  readonly builds: Builds;
  readonly progress: Progress;
}

async function start(input: StartInput): Promise<LabState> {
  const { layout, hosts, builds, progress } = input;
  const { base, tools } = builds;
  await noteMachine();
  await createNetns();
  await createCertificates();
  await createS3Credentials();
  await publishAll(builds);
  const authorizedKey = await makeUserKey();
  await progress.step('preparing hosts', () => Promise.all(hosts.map((host) => prepare({ host, all: hosts, base, authorizedKey }))));
  await writeKnownHosts(hosts);
  const modules = await ensureModules();
  await startSupervisor([layout, base, modules, tools]);
  return progress.step(`booting ${hosts.map((host) => host.name).join(', ')}`, () =>
    waitFor('the lab to be ready', lookForReady, { seconds: bootSeconds }),
  );
}

async function publishAll({ images, k3s }: Builds): Promise<void> {
  await publishImages(images, registryStorage());
  if (k3s) {
    await publishFolder(k3s);
  }
}

async function makeUserKey(): Promise<string> {
  const { ssh, instance } = labPaths();
  await mkdir(ssh.dir, { recursive: true, mode: 0o700 });
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', `user@${instance}`, '-f', ssh.key]);
  return readFile(`${ssh.key}.pub`, 'utf8');
}

async function prepare(input: Parameters<typeof prepareHost>[0]): Promise<void> {
  const key = await prepareHost(input);
  await writeFile(join(hostFolder(input.host.name).dir, 'host-key.pub'), `${key}\n`);
}

async function writeKnownHosts(hosts: readonly PlacedHost[]): Promise<void> {
  const lines: string[] = [];
  for (const host of hosts) {
    const key = await readFile(join(hostFolder(host.name).dir, 'host-key.pub'), 'utf8');
    lines.push(`${host.name},${host.address} ${key}`);
  }
  const text = lines.join('');
  await writeFile(labPaths().ssh.knownHosts, text);
  await writeNetnsEtc(hosts, text);
}

async function startSupervisor(args: readonly string[]): Promise<void> {
  const { instance, log, netns } = labPaths();
  const at = (file: string) => fileURLToPath(new URL(file, import.meta.url));
  const joins = await ensureCgroup(`${instance}/lab`);
  const node = [process.execPath, '--import', import.meta.resolve('tsx'), at('supervisor/main.ts'), ...args];
  const output = await open(log, 'a');
  const command = [`--net=${netns}`, 'sh', at('supervisor/join.sh'), ...joins, '--', ...node];
  const child = spawn('nsenter', command, { detached: true, cwd: '/', stdio: ['ignore', output.fd, output.fd] });
  child.unref();
  await output.close();
}

async function lookForReady(): Promise<LabState | undefined> {
  const lab = await readLab().catch(() => undefined);
  if (lab?.failure) {
    throw new GaveUp(lab.failure);
  }
  return lab?.ready ? lab : undefined;
}
