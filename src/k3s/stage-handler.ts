import { FarthingError } from '../common/index.ts';
import { type HostFacts, readHostFacts, runWork } from '../host/index.ts';
import type { Handler, RunContext } from '../operation/index.ts';
import { followProgress } from './follow-progress.ts';
import type { K3sPorts } from './k3s-handlers.ts';
import { stageFingerprint } from './operations.ts';
import { stageScript } from './stage-script.ts';
import type { StageData } from './types.ts';

/** Thirty minutes: 150 MB over a very thin line. */
const timeout = 30 * 60_000;

/** `k3s.stage`: FAR-K3S-001 when a download does not match its digest (it is not kept), FAR-K3S-002 when it failed. */
export function stageHandler({ shell, clock }: K3sPorts): Handler<StageData> {
  const look = async (machine: string, { signal }: RunContext) => readHostFacts(await shell(machine), clock, { signal });
  return {
    kind: 'k3s.stage',
    find: async ({ data }, context) => {
      const facts = await look(data.machine, context);
      return isStaged(facts, data) ? { state: 'done' } : { state: 'pending', fingerprint: stageFingerprint(facts) };
    },
    ensure: async ({ data }, context) => {
      const { binary, installScript } = data.release;
      const host = await shell(data.machine);
      const result = await runWork(host, clock, {
        name: 'farthing: download K3s',
        script: stageScript,
        args: [binary.url, binary.sha256, installScript.url, installScript.sha256],
        files: { ca: data.ca ?? '' },
        timeout,
        ok: [0, 10, 11],
        signal: context.signal,
        progress: context.progress,
        onOutput: followProgress(context),
      });
      const last = result.stdout.trim().split('\n').at(-1) ?? '';
      if (result.code === 10) {
        throw new FarthingError('FAR-K3S-001', `on ${data.machine}: ${last}`, {
          hint: 'Nothing was installed. Is it a mirror of your own? Compare the digest with the release, then put it in the file (k3s.sha256).',
        });
      }
      if (result.code === 11) {
        throw new FarthingError('FAR-K3S-002', `${data.machine} cannot download K3s: ${last}`, {
          hint: `Try it there: farthing ssh ${data.machine} curl -I ${binary.url}`,
        });
      }
    },
    verify: async ({ data }, context) => {
      if (!isStaged(await look(data.machine, context), data)) {
        throw new FarthingError('FAR-K3S-001', `K3s on ${data.machine} is not the file that was downloaded`, {
          hint: 'Run the command again.',
        });
      }
    },
  };
}

function isStaged(facts: HostFacts, { release }: StageData): boolean {
  return facts.k3s?.binarySha256 === release.binary.sha256 && facts.k3s.installScriptSha256 === release.installScript.sha256;
}
