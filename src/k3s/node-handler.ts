import { FarthingError, type ProcessResult, type Sealed } from '../common/index.ts';
import { type HostFacts, readHostFacts, runWork } from '../host/index.ts';
import type { Handler, RunContext } from '../operation/index.ts';
import { awaitNode } from './await-node.ts';
import { checkWay } from './check-way.ts';
import { explainJoin } from './explain-join.ts';
import { followProgress } from './follow-progress.ts';
import { configNeed } from './k3s-drift.ts';
import type { K3sPorts } from './k3s-handlers.ts';
import { nodeScript } from './node-script.ts';
import { nodeFingerprint } from './operations.ts';
import { readAgentToken } from './tokens.ts';
import type { NodeData } from './types.ts';

/** Seconds a start may take: a server on a slow disk, an agent of 1 GB that unpacks 150 MB. */
const patience = 300;

/** The kinds this handler carries out; they differ in whether the installer runs. */
export type NodeKind = 'k3s.server' | 'k3s.agent' | 'k3s.config' | 'k3s.unit';

/** Makes a host a node or puts it back: files, installer, start, and waiting until the node is Ready (FAR-K3S-003 with the cause from the journal). */
export function nodeHandler(ports: K3sPorts, kind: NodeKind): Handler<NodeData> {
  const { shell, clock } = ports;
  const look = async (machine: string, { signal }: RunContext) => readHostFacts(await shell(machine), clock, { signal });
  return {
    kind,
    find: async ({ data }, context) => {
      const facts = await look(data.machine, context);
      return isNode(facts, data) ? { state: 'done' } : { state: 'pending', fingerprint: nodeFingerprint(facts) };
    },
    ensure: async ({ data }, context) => {
      const host = await shell(data.machine);
      if (data.role === 'agent') await checkWay(host, data, context);
      const token = data.role === 'agent' ? await readAgentToken(await shell(data.server), { signal: context.signal }) : undefined;
      const result = await runWork(host, clock, {
        name: `farthing: K3s ${data.role}`,
        script: nodeScript,
        args: [data.role, kind === 'k3s.config' ? 'keep' : 'install', String(patience), data.machine],
        files: stagedFiles(data, token),
        timeout: (patience + 60) * 1000,
        ok: [0, 20, 21, 22],
        signal: context.signal,
        progress: context.progress,
        onOutput: followProgress(context),
      });
      if (result.code !== 0) throw failure(data, result);
      if (data.role === 'agent') await awaitNode(ports, { name: data.machine, patience: patience * 1000 }, context);
    },
    verify: async ({ data }, context) => {
      if (!isNode(await look(data.machine, context), data)) {
        throw new FarthingError('FAR-K3S-003', `K3s on ${data.machine} is not as it was just set up`, {
          hint: `Does something else manage it? farthing ssh ${data.machine} sudo journalctl -u k3s -u k3s-agent -n 50`,
        });
      }
    },
  };
}

function failure(data: NodeData, result: ProcessResult): FarthingError {
  const cause = explainJoin(result.stdout);
  const tail = tellingLines(result.stdout);
  const text = cause.id === 'unknown' ? `${cause.message}. Its last lines:\n${tail}` : cause.message;
  return new FarthingError('FAR-K3S-003', `${data.machine} did not become a node: ${text}`, {
    hint: cause.hint.replaceAll('NAME', data.machine).replaceAll('SERVER', data.server).replaceAll('MACHINE', data.machine),
  });
}

/** The journal's last errors, by K3s' and Kubernetes' ways to mark them; its last lines when there are none. */
function tellingLines(journal: string): string {
  const lines = journal.trim().split('\n');
  const errors = lines.filter((line) => /level=(?:fatal|error)|^[EF]\d{4} |^panic|^Error/.test(line));
  return (errors.length > 0 ? errors : lines).slice(-5).join('\n');
}

function isNode(facts: HostFacts, data: NodeData): boolean {
  const k3s = facts.k3s;
  return (
    k3s?.role === data.role &&
    k3s.unitState === 'active' &&
    k3s.enabled &&
    k3s.unitSha256 === k3s.unitRecordedSha256 &&
    configNeed(k3s, data.files) === undefined
  );
}

function stagedFiles(data: NodeData, token: Sealed | undefined): Record<string, string | Sealed> {
  const others = Object.entries(data.files.others);
  return {
    'config.yaml': data.files.config,
    ...(data.files.registries ? { 'registries.yaml': data.files.registries } : {}),
    ...(token ? { 'agent-token': token } : {}),
    ...Object.fromEntries(others.map(([, content], i) => [`other-${i}`, content])),
    'others.list': others.map(([path], i) => `other-${i} ${path}\n`).join(''),
  };
}
