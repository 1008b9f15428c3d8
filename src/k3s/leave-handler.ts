import { FarthingError, fingerprint } from '../common/index.ts';
import { readHostFacts, runWork } from '../host/index.ts';
import type { Handler } from '../operation/index.ts';
import { followProgress } from './follow-progress.ts';
import type { K3sPorts } from './k3s-handlers.ts';
import { leaveScript } from './leave-script.ts';
import type { LeaveData } from './types.ts';

/** `k3s.leave`: K3s, its data and what its uninstall script forgets. */
export function leaveHandler({ shell, clock }: K3sPorts): Handler<LeaveData> {
  return {
    kind: 'k3s.leave',
    find: async ({ data }, { signal }) => {
      const facts = await readHostFacts(await shell(data.machine), clock, { signal });
      return facts.k3s ? { state: 'pending', fingerprint: fingerprint(facts.k3s.role ?? null) } : { state: 'done' };
    },
    ensure: async ({ data }, context) => {
      await runWork(await shell(data.machine), clock, {
        name: 'farthing: take K3s off',
        script: leaveScript,
        args: [data.keep ?? ''],
        timeout: 5 * 60_000,
        signal: context.signal,
        progress: context.progress,
        onOutput: followProgress(context),
      });
    },
    verify: async ({ data }, { signal }) => {
      const facts = await readHostFacts(await shell(data.machine), clock, { signal });
      if (facts.k3s) {
        throw new FarthingError('FAR-APPLY-003', `something of K3s is still on ${data.machine}`, {
          hint: `Is a volume mounted below /var/lib/rancher/k3s? Unmount it and run again: farthing ssh ${data.machine} findmnt`,
        });
      }
    },
  };
}
