import { FarthingError, fingerprint } from '../common/index.ts';
import type { Handler, Operation } from '../operation/index.ts';
import { applyFirewall } from './apply-firewall.ts';
import type { HostPorts } from './host-handlers.ts';
import { planFirewallRelease } from './plan-firewall.ts';
import { readHostFacts } from './read-facts.ts';
import { keptModules, keptSettings, releaseScript } from './release-script.ts';
import { runWork } from './run-work.ts';
import type { HostFacts, OwnerMark } from './types.ts';

/** What the handler of `host.release` needs. */
export interface ReleaseData {
  readonly machine: string;
  /** The cluster's id: another cluster's host is not touched. */
  readonly id: string;
}

/** The operation that takes farthing off a host; undefined when nothing of it is there. K3s leaves first (`after`). */
export function releaseOperation(facts: HostFacts, id: string, after: readonly string[] = []): Operation<ReleaseData> | undefined {
  if (facts.owner?.id !== id) return undefined;
  const machine = facts.machine;
  return {
    id: `host.release:${machine}`,
    kind: 'host.release',
    title: `Leave ${machine} as it was`,
    why: 'it is no longer a machine of the cluster',
    target: { machine },
    touches: ["farthing's firewall rules", 'kernel settings and modules (as before)', '/etc/farthing', '/var/lib/farthing'],
    destroys: [],
    after,
    assumes: fingerprint(facts.owner.id),
    data: { machine, id },
  };
}

/** `host.release`: firewall rules out, settings back, mark gone (last, so that it can be run again). */
export function releaseHandler({ shell, clock }: HostPorts): Handler<ReleaseData> {
  return {
    kind: 'host.release',
    find: async ({ data }, { signal }) => {
      const facts = await readHostFacts(await shell(data.machine), clock, { signal });
      return facts.owner?.id === data.id ? { state: 'pending', fingerprint: fingerprint(facts.owner.id) } : { state: 'done' };
    },
    ensure: async ({ data }, context) => {
      const host = await shell(data.machine);
      const facts = await readHostFacts(host, clock, { signal: context.signal });
      if (facts.owner?.id !== data.id) return;
      const plan = planFirewallRelease(facts);
      if (plan) await applyFirewall(host, clock, facts, plan, context);
      await runWork(host, clock, {
        name: 'farthing: leave the host',
        script: releaseScript,
        args: releaseArguments(facts.owner),
        timeout: 60_000,
        signal: context.signal,
        progress: context.progress,
      });
      await host.run('rmdir /run/farthing 2>/dev/null || true', { signal: context.signal });
    },
    verify: async ({ data }, { signal }) => {
      const facts = await readHostFacts(await shell(data.machine), clock, { signal });
      if (facts.owner || planFirewallRelease(facts)) {
        throw new FarthingError('FAR-APPLY-003', `${data.machine} still has something of farthing`, { hint: 'Run the command again.' });
      }
    },
  };
}

/** Settings by their name again: a mark keeps them with `_` for `.` and `-`. */
function releaseArguments(owner: OwnerMark): string[] {
  const settings = keptSettings.flatMap((name) => {
    const value = owner.before[name.replace(/[.-]/g, '_')];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const before = (owner.before.modules ?? '').split(' ');
  return [...settings, '--', ...keptModules.filter((module) => !before.includes(module))];
}
