import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, type Environment, FarthingError, type Processes, sha256 } from '../common/index.ts';
import { keyAlias, keyFingerprint, knownKeys, rememberKey, writePins } from './host-keys.ts';
import { offeredKey } from './offered-key.ts';
import { openShell } from './open-shell.ts';
import type { Connection } from './ssh-options.ts';
import type { RunOptions, Shell, Shells } from './types.ts';

/** A machine as ssh needs it. */
export interface ShellMachine {
  readonly name: string;
  readonly target: string;
  readonly port?: number;
  /** Pinned host keys; when there are any, nothing else is believed. */
  readonly hostKeys: readonly string[];
}

/** What `openShells` is made of. */
export interface ShellsOptions {
  readonly processes: Processes;
  readonly clock: Clock;
  readonly env: Environment;
  readonly machines: readonly ShellMachine[];
  /** farthing's own known_hosts: the keys a person accepted. */
  readonly knownHosts: string;
  /** Folder for the sockets of shared connections, each run in a folder of its own below it; made 0700. */
  readonly controlDir: string;
  /** Asked with an unknown key; without it, or on false, it is not accepted (FAR-SSH-002). */
  readonly onUnknownKey?: (key: { readonly machine: string; readonly key: string; readonly fingerprint: string }) => Promise<boolean>;
  /** Takes known secrets out of remote output before it goes into an error. */
  readonly redact?: (text: string) => string;
}

/** ssh binds a socket under a longer name first (17 characters more); macOS allows 104 in all. */
const longestSocket = 86;
const day = 86_400_000;

/** The machines over the system's OpenSSH. Nothing is connected until the first command. */
export function openShells(options: ShellsOptions): Shells {
  const opened = new Map<string, Shell>();
  let dir: string | undefined;
  return {
    open: async (name) => {
      const machine = options.machines.find((one) => one.name === name);
      if (!machine) throw new FarthingError('FAR-BUG-001', `no machine named ${name}`);
      let shell = opened.get(name);
      if (!shell) {
        dir ??= controlFolder(options.controlDir, options.clock.now());
        shell = open(machine, dir, options);
        opened.set(name, shell);
      }
      return shell;
    },
    closeAll: async () => {
      await Promise.all([...opened.values()].map((shell) => shell.close()));
      opened.clear();
      if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
      dir = undefined;
    },
  };
}

function open(machine: ShellMachine, dir: string, options: ShellsOptions): Shell {
  const alias = keyAlias(machine.name, machine.target, machine.port);
  const callee = { machine: machine.name, target: machine.target };
  const ports = { processes: options.processes, clock: options.clock, redact: options.redact ?? ((text: string) => text) };
  // The trust is part of the socket's name: a connection made under other pins is not reused.
  const connect = (): Connection => {
    const trust = trustOf(machine, alias, dir, options);
    const socket = join(dir, sha256(JSON.stringify([alias, trust, machine.hostKeys])).slice(0, 16));
    return {
      target: machine.target,
      ...(machine.port === undefined ? {} : { port: machine.port }),
      ...(options.env.platform === 'win32' ? {} : { socket }),
      trust,
    };
  };
  let shell = openShell(callee, connect(), ports);
  let asking: Promise<void> | undefined;

  /** Runs; on an unknown host key, asks once (for all that wait) and runs again when it was accepted. */
  async function trusting<T>(attempt: (shell: Shell) => Promise<T>): Promise<T> {
    try {
      return await attempt(shell);
    } catch (error) {
      if (!(error instanceof FarthingError) || error.code !== 'FAR-SSH-002') throw error;
      asking ??= accept(machine, alias, options).then(() => {
        shell = openShell(callee, connect(), ports);
      });
      await asking;
      return await attempt(shell);
    }
  }

  return {
    ...callee,
    run: (script: string, runOptions?: RunOptions) => trusting((one) => one.run(script, runOptions)),
    write: (...args) => trusting((one) => one.write(...args)),
    upload: (...args) => trusting((one) => one.upload(...args)),
    forward: (...args) => trusting((one) => one.forward(...args)),
    knock: (...args) => trusting((one) => one.knock(...args)),
    command: (...args) => shell.command(...args),
    close: () => shell.close(),
  };
}

function trustOf(machine: ShellMachine, alias: string, dir: string, options: ShellsOptions): Connection['trust'] {
  if (machine.hostKeys.length > 0) {
    const file = join(dir, `${sha256(alias).slice(0, 16)}.keys`);
    writePins(file, alias, machine.hostKeys);
    return { kind: 'pinned', file, alias };
  }
  if (knownKeys(options.knownHosts, alias).length > 0) return { kind: 'pinned', file: options.knownHosts, alias };
  return { kind: 'user', file: options.knownHosts };
}

async function accept(machine: ShellMachine, alias: string, options: ShellsOptions): Promise<void> {
  const key = await offeredKey(machine, options);
  const fingerprint = (key && keyFingerprint(key)) ?? 'could not be read';
  if (key && (await options.onUnknownKey?.({ machine: machine.name, key, fingerprint }))) {
    rememberKey(options.knownHosts, alias, key);
    return;
  }
  throw new FarthingError(
    'FAR-SSH-002',
    `the host key of ${machine.name} (${machine.target}) is unknown; it shows ${key?.split(' ')[0] ?? 'a key'} ${fingerprint}`,
    {
      hint: `Compare it on the machine (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then pin it: machines.${machine.name}.hostKeys: ["${key ?? 'ssh-ed25519 AAAA…'}"]. --yes never accepts an unknown key.`,
    },
  );
}

/**
 * A folder for this run alone: a command that ends closes its connections, which must not be those
 * of another command that still runs.
 */
function controlFolder(wanted: string, now: number): string {
  const fits = join(wanted, 'XXXXXXXX', 'x'.repeat(16)).length <= longestSocket;
  const parent = fits ? wanted : tmpdir();
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  if (fits) {
    chmodSync(parent, 0o700);
    removeForgotten(parent, now);
  }
  return mkdtempSync(join(parent, fits ? 'c-' : 'far-'));
}

/** Folders of runs that were killed: their connections ended by themselves long ago. */
function removeForgotten(parent: string, now: number): void {
  for (const name of readdirSync(parent)) {
    const path = join(parent, name);
    const seen = name.startsWith('c-') ? statSync(path, { throwIfNoEntry: false }) : undefined;
    if (seen && now - seen.mtimeMs > day) rmSync(path, { recursive: true, force: true });
  }
}
