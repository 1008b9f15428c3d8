import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLab } from '../../lab/state.ts';
import { realClock, realEnvironment, realProcesses } from '../../src/cli/real-ports.ts';
import type { AnyHandler, Operation } from '../../src/operation/index.ts';
import { openShells, type Shells } from '../../src/ssh/index.ts';

/** Shells to the hosts of the lab, for tests of the rooms that work on hosts. */
export interface LabShells extends Shells {
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  dispose(): Promise<void>;
}

/** Opens them, with the hosts' keys pinned and connections of their own. */
export async function labShells(): Promise<LabShells> {
  const { hosts } = await readLab();
  const dir = mkdtempSync(join(tmpdir(), 'far-lab-'));
  const shells = openShells({
    processes: realProcesses,
    clock: realClock,
    env: realEnvironment,
    machines: hosts.map((host) => ({ name: host.name, target: `${host.user}@${host.address}`, hostKeys: [host.hostKey] })),
    knownHosts: join(dir, 'known_hosts'),
    controlDir: join(dir, 'control'),
  });
  return {
    ...shells,
    hosts,
    dispose: async () => {
      await shells.closeAll();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Runs one operation as apply does: look, make it so, look again. Gives what it said on the way. */
export async function carryOut(handlers: readonly AnyHandler[], operation: Operation | undefined): Promise<string[]> {
  if (!operation) return [];
  const said: string[] = [];
  const context = { signal: new AbortController().signal, progress: (line: string) => void said.push(line) };
  const handler = handlers.find((one) => one.kind === operation.kind);
  if (!handler) throw new Error(`no handler for ${operation.kind}`);
  await handler.ensure(operation, context);
  await handler.verify(operation, context);
  return said;
}
