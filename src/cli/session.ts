import { writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { backupHandlers } from '../backup/index.ts';
import { FarthingError, Sealed } from '../common/index.ts';
import { hostHandlers, parseOwner } from '../host/index.ts';
import { k3sHandlers, readServerToken } from '../k3s/index.ts';
import { acquireLease, type Cluster, connectThrough, type HeldLease, kubeHandlers } from '../kube/index.ts';
import { observe, type World } from '../observe/index.ts';
import type { AnyHandler } from '../operation/index.ts';
import type { Plan } from '../plan/index.ts';
import type { Machine, Spec } from '../spec/index.ts';
import { openShells, type ShellMachine, type Shells } from '../ssh/index.ts';
import { type Audit, openAudit } from './audit.ts';
import type { CommandContext, CommandRun, Invocation } from './command.ts';
import { localPaths } from './real-files.ts';
import { DiagnosticsError } from './report.ts';
import { loadWorkspace, type Workspace } from './workspace.ts';

/** One command's connections to the machines and the cluster. */
export interface Session {
  readonly spec: Spec;
  readonly workspace: Workspace;
  readonly shells: Shells;
  /** The machine the control plane runs on. */
  readonly server: Machine;
  /** The admin kubeconfig as the server has it. Secret. Throws FAR-KUBE-005 when there is no cluster. */
  kubeconfig(): Promise<string>;
  /** The cluster's id, from the server's mark. */
  clusterId(): Promise<string>;
  /** Connected once; throws FAR-KUBE-005 when there is no cluster. */
  cluster(): Promise<Cluster>;
  observe(): Promise<World>;
  handlers(): readonly AnyHandler[];
  /** Holds the cluster's lease while a plan runs; a cluster that is only being made has none yet. */
  lease(plan: Plan, takeOver: boolean): Promise<HeldLease>;
  audit(command: string): Audit;
  /** Keeps a copy of the server token here, readable by the user only; gives its path. */
  escrowToken(): Promise<string>;
  close(): Promise<void>;
}

/** Opens nothing yet: connections are made when they are first used. */
export function openSession(spec: Spec, workspace: Workspace, invocation: Invocation, context: CommandContext): Session {
  const uid = context.env.platform === 'win32' ? 0 : userInfo().uid;
  const paths = localPaths(spec.name, context.env, uid);
  const machines: ShellMachine[] = [...spec.machines];
  const mayAsk = context.terminal.interactive && !invocation.yes;
  const shells = openShells({
    processes: context.processes,
    clock: context.clock,
    env: context.env,
    machines,
    knownHosts: paths.knownHosts,
    controlDir: paths.controlDir,
    redact: context.redactor.redact,
    ...(mayAsk ? { onUnknownKey: (key) => askForKey(key, context) } : {}),
  });
  const server = spec.machines.find((machine) => machine.role === 'server') as Machine;
  const shell = (machine: string) => shells.open(machine);
  let cluster: Promise<Cluster> | undefined;

  const kubeconfig = async () => {
    const found = await (await shells.open(server.name)).run('cat /etc/rancher/k3s/k3s.yaml 2>/dev/null || true');
    if (found.stdout.trim() === '')
      throw new FarthingError('FAR-KUBE-005', `there is no cluster on ${server.name} yet`, { hint: 'Make it with `farthing up`.' });
    return found.stdout;
  };
  const session: Session = {
    spec,
    workspace,
    shells,
    server,
    kubeconfig,
    clusterId: async () =>
      parseOwner((await (await shells.open(server.name)).run('cat /etc/farthing/owner 2>/dev/null || true')).stdout)?.id ?? '',
    cluster: () => {
      cluster ??= (async () => connectThrough(await shells.open(server.name), await kubeconfig(), context.clock))();
      // A failed attempt is not kept: the cluster may appear while a plan runs.
      cluster.catch(() => {
        cluster = undefined;
      });
      return cluster;
    },
    observe: () => observe({ spec, shells, clock: context.clock, know: (machine) => machines.push(machine) }),
    handlers: () => [
      ...hostHandlers({ shell, clock: context.clock }),
      ...k3sHandlers({ shell, clock: context.clock, cluster: () => session.cluster() }),
      ...kubeHandlers({ cluster: () => session.cluster(), clock: context.clock }),
      ...backupHandlers({ cluster: () => session.cluster(), clock: context.clock }),
    ],
    lease: async (plan, takeOver) => {
      if (!plan.clusterExists) return { lost: new AbortController().signal, release: async () => {} };
      return acquireLease(await session.cluster(), {
        holder: `${userInfo().username}@${hostname()} (farthing ${plan.command}, pid ${process.pid})`,
        clock: context.clock,
        takeOver,
        isGone: isGone(userInfo().username, hostname()),
      });
    },
    audit: (command) => openAudit(paths.auditLog, command, context.redactor.redact),
    escrowToken: async () => {
      const token = await readServerToken(await shells.open(server.name));
      writeFileSync(paths.serverToken, token.reveal(), { mode: 0o600 });
      return paths.serverToken;
    },
    close: async () => {
      await (await cluster?.catch(() => undefined))?.close();
      await shells.closeAll();
    },
  };
  return session;
}

/** Loads the files, opens a session, runs, and closes it whatever happens. Throws when the file has errors. */
export async function withSession(
  invocation: Invocation,
  context: CommandContext,
  run: (session: Session) => ReturnType<CommandRun>,
): ReturnType<CommandRun> {
  const workspace = await loadWorkspace(invocation.file, context);
  const errors = workspace.diagnostics.filter(
    (diagnostic) => diagnostic.severity === 'error' && diagnostic.location?.file === invocation.file,
  );
  if (!workspace.spec || errors.length > 0) throw new DiagnosticsError(workspace.diagnostics, workspace.sources);
  rememberSecrets(workspace, context);
  const session = openSession(workspace.spec, workspace, invocation, context);
  try {
    return await run(session);
  } finally {
    await session.close();
  }
}

/** Every value from an environment or a secret file is masked from here on, wherever it turns up. */
export function rememberSecrets(workspace: Workspace, context: CommandContext): void {
  for (const project of Object.values(workspace.projects)) {
    for (const service of project.services) {
      for (const [name, value] of Object.entries(service.environment))
        if (/pass|secret|token|key|credential|auth/i.test(name) && value instanceof Sealed) context.redactor.add(value);
    }
  }
}

async function askForKey(
  key: { readonly machine: string; readonly key: string; readonly fingerprint: string },
  context: CommandContext,
): Promise<boolean> {
  context.terminal.note(
    `The host key of ${key.machine} is not known yet:\n  ${key.fingerprint}\nCompare it with the provider's console, or on the machine: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\n`,
  );
  return /^y(es)?$/i.test(await context.terminal.ask('Is it the right one? [y/N] '));
}

/** Whether a holder of the lease was a process of this computer that has ended: nobody has to wait for it. */
function isGone(user: string, host: string): (holder: string) => boolean {
  return (holder) => {
    const pid = /, pid (\d+)\)$/.exec(holder)?.[1];
    if (pid === undefined || !holder.startsWith(`${user}@${host} `)) return false;
    try {
      process.kill(Number(pid), 0);
      return false;
    } catch (thrown) {
      return (thrown as NodeJS.ErrnoException).code === 'ESRCH';
    }
  };
}
