import { spawn } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCertificates } from './ca/certificates.ts';
import { labPaths } from './config.ts';
import { removeLab } from './down.ts';
import { ensureBase } from './hosts/base.ts';
import { ensureCgroup } from './hosts/cgroups.ts';
import { ensureModules } from './hosts/modules.ts';
import { hostFolder, prepareHost } from './hosts/prepare.ts';
import { ensureImages } from './images/build.ts';
import { type PlacedHost, placeHosts } from './layouts.ts';
import { startTime, withLock } from './lock.ts';
import { ensureRoot, noteMachine } from './machine-wide.ts';
import { findReleases } from './mirror/release-folder.ts';
import { createNetns, writeNetnsEtc } from './net/netns.ts';
import { claim, resolveOwnership } from './owner.ts';
import { ensurePackages } from './packages.ts';
import type { Progress } from './progress.ts';
import { publishImages } from './registry/publish.ts';
import { registryStorage } from './registry/serve.ts';
import { run } from './run.ts';
import { createS3Credentials } from './s3/serve.ts';
import { type LabState, readLab } from './state.ts';
import { ensureTools } from './tools.ts';
import { GaveUp, waitFor } from './wait.ts';

const bootSeconds = 120;

/** Starts the lab with a layout and returns when every host takes logins. Does nothing when it is already up. */
export async function labUp(layout: string, progress: Progress): Promise<LabState> {
  const hosts = placeHosts(layout);
  requireRoot();
  await ensurePackages(progress);
  const base = await ensureBase(progress);
  const tools = await ensureTools(base, progress);
  const images = await ensureImages(base, progress);
  await ensureRoot();
  return withLock(labPaths().lock, async () => {
    const ownership = await resolveOwnership();
    if (typeof ownership === 'object') {
      throw new Error(`${ownership.refused}; it is left alone. Take another name with FARTHING_LAB=…`);
    }
    if (ownership === 'ours') {
      const running = await runningLab();
      if (running) {
        return keep(running, layout, progress);
      }
      await progress.step('clearing what a stopped lab left', () => removeLab());
    }
    await claim();
    return start({ layout, hosts, base, tools, images, progress });
  });
}

function requireRoot(): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error('the lab needs Linux and root: it makes namespaces, cgroups and mounts');
  }
}

async function runningLab(): Promise<LabState | undefined> {
  const lab = await readLab().catch(() => undefined);
  const alive = lab?.ready && (await startTime(lab.supervisor)) !== undefined;
  return alive && lab.hosts.every((host) => host.status !== 'off') ? lab : undefined;
}

function keep(lab: LabState, layout: string, progress: Progress): LabState {
  if (lab.layout !== layout) {
    throw new Error(`this lab is up with layout ${lab.layout}; run \`lab down\` before \`lab up ${layout}\``);
  }
  progress.say('already up');
  return lab;
}

interface StartInput {
  readonly layout: string;
  readonly hosts: readonly PlacedHost[];
  readonly base: string;
  readonly tools: string;
  readonly images: string;
  readonly progress: Progress;
}

async function start(input: StartInput): Promise<LabState> {
  const { layout, hosts, base, tools, progress } = input;
  await noteMachine();
  await createNetns();
  await createCertificates();
  await createS3Credentials();
  await publishAll(input.images);
  const authorizedKey = await makeUserKey();
  await progress.step('preparing hosts', () => Promise.all(hosts.map((host) => prepare({ host, all: hosts, base, authorizedKey }))));
  await writeKnownHosts(hosts);
  const modules = await ensureModules();
  await startSupervisor([layout, base, modules, tools]);
  return progress.step(`booting ${hosts.map((host) => host.name).join(', ')}`, () =>
    waitFor('the lab to be ready', lookForReady, { seconds: bootSeconds }),
  );
}

async function publishAll(images: string): Promise<void> {
  await publishImages(images, registryStorage());
  const [standIn] = await findReleases();
  if (standIn) {
    await publishImages(join(standIn.folder, 'registry'), registryStorage());
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
