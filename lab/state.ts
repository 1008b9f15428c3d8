import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labPaths } from './config.ts';
import type { PlacedHost } from './layouts.ts';

/** A running host. */
export interface LabHost extends PlacedHost {
  /** `ssh-ed25519 AAAA…`, to be pinned. */
  readonly hostKey: string;
  readonly status: 'booting' | 'running' | 'off';
  /** Pid of the host's init outside; `/proc/<leader>/root` is its file tree. 0 while it is off. */
  readonly leader: number;
  /** How often it has booted since the lab is up. */
  readonly boots: number;
}

/** A running service. */
export interface LabService {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** Of the S3 service. */
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly region?: string;
}

/** Content of `<state>/lab.json`: what runs. Written by the supervisor alone. */
export interface LabState {
  readonly instance: string;
  readonly layout: string;
  readonly startedAt: string;
  /** Pid of the supervisor. */
  readonly supervisor: number;
  /** True when every host takes logins and every service answers. */
  readonly ready: boolean;
  readonly failure?: string;
  readonly caCert: string;
  readonly sshKey: string;
  readonly sshAgent: string;
  readonly knownHosts: string;
  readonly hosts: readonly LabHost[];
  readonly services: readonly LabService[];
}

/** What runs in this instance. Throws when no lab is up. */
export async function readLab(): Promise<LabState> {
  const { json, instance } = labPaths();
  const text = await readFile(json, 'utf8').catch(() => {
    throw new Error(`no lab "${instance}" is up; start it with: npm run lab -- up`);
  });
  return JSON.parse(text) as LabState;
}

/** Replaces lab.json in one step, so that readers never see half of it. */
export async function writeLab(state: LabState): Promise<void> {
  const { json } = labPaths();
  await writeFile(`${json}.new`, `${JSON.stringify(state, null, 2)}\n`);
  await rename(`${json}.new`, json);
}

/** How to run something inside the lab's network. */
export interface InLabOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdio?: 'inherit' | 'pipe';
  /** Hide the hosts' keys from ssh, so that they are strangers as on a first visit. */
  readonly strangers?: boolean;
}

/**
 * Environment of programs in the lab: the agent with the user's key, the lab's CA for Node and
 * OpenSSL's users, and a laptop's own places for what programs keep, which go with the lab.
 */
export function labEnv(): Readonly<Record<string, string>> {
  const { ssh, ca, instance, state } = labPaths();
  const laptop = join(state, 'laptop');
  return {
    SSH_AUTH_SOCK: ssh.agent,
    NODE_EXTRA_CA_CERTS: ca.cert,
    FARTHING_LAB: instance,
    XDG_CONFIG_HOME: join(laptop, 'config'),
    XDG_STATE_HOME: join(laptop, 'state'),
    XDG_CACHE_HOME: join(laptop, 'cache'),
    XDG_RUNTIME_DIR: join(laptop, 'run'),
    KUBECONFIG: join(laptop, 'kubeconfig'),
  };
}

const hideKeys = 'mount --bind /dev/null /etc/ssh/ssh_known_hosts && exec "$@"';

/** The command line that runs `argv` in the lab's network, with its names and known hosts. */
export function inLabArgv(argv: readonly string[], strangers = false): readonly string[] {
  const { instance } = labPaths();
  const hidden = strangers ? ['sh', '-c', hideKeys, 'sh'] : [];
  return ['ip', 'netns', 'exec', instance, ...hidden, ...argv];
}

/** Starts a program inside the lab's network with the lab's environment. */
export function inLab(argv: readonly string[], options: InLabOptions = {}): ChildProcess {
  const [command = '', ...args] = inLabArgv(argv, options.strangers);
  return spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...labEnv(), ...options.env },
    stdio: options.stdio ?? 'inherit',
  });
}
