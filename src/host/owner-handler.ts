import { FarthingError, fingerprint } from '../common/index.ts';
import type { Handler, RunContext } from '../operation/index.ts';
import type { HostPorts } from './host-handlers.ts';
import { isMarked, type OwnerData } from './owner-operation.ts';
import { parseOwner } from './parse-owner.ts';
import { keptModules, keptSettings } from './release-script.ts';
import { parsePairs, parseSections } from './sections.ts';
import type { OwnerMark } from './types.ts';

const readOwner = 'cat /etc/farthing/owner 2>/dev/null || true';
// A copy, for a mark that somebody deletes: what was before K3s cannot be read a second time.
const spare = '/var/lib/farthing/owner';
const readSpare = `cat ${spare} 2>/dev/null || true`;
// A link is made or not, never both: of two commands that mark a bare host at once, one wins.
const claim = 'ln "$1" /etc/farthing/owner 2>/dev/null; code=$?; rm -f "$1"; test "$code" = 0';

/** Prints the settings ($@ before --) and which of the modules (after it) are loaded. */
const readBefore = String.raw`
printf '\n@@farthing:settings\n'
while [ "$1" != -- ]; do
    path=/proc/sys/$(echo "$1" | tr . /)
    if [ -r "$path" ]; then echo "$(echo "$1" | tr .- __)=$(cat "$path")"; fi
    shift
done
shift
printf '\n@@farthing:modules\n'
for module in "$@"; do grep -q "^$module " /proc/modules && echo "$module"; done
true
`;

/** `host.owner`: the mark, with what was before (only the first time: later it would be our own doing). */
export function ownerHandler({ shell }: HostPorts): Handler<OwnerData> {
  const look = async (machine: string, { signal }: RunContext): Promise<OwnerMark | undefined> =>
    parseOwner((await (await shell(machine)).run(readOwner, { signal })).stdout);
  return {
    kind: 'host.owner',
    find: async ({ data }, context) => {
      const owner = await look(data.machine, context);
      if (owner && owner.id !== data.id) throw taken(data, owner);
      return isMarked(owner, data) ? { state: 'done' } : { state: 'pending', fingerprint: fingerprint(owner ?? null) };
    },
    ensure: async ({ data }, context) => {
      const host = await shell(data.machine);
      const owner = await look(data.machine, context);
      if (isMarked(owner, data)) return;
      if (owner && owner.id !== data.id) throw taken(data, owner);
      const args = [...keptSettings, '--', ...keptModules];
      const sections = parseSections((await host.run(readBefore, { args, signal: context.signal })).stdout);
      const loaded = (sections.get('modules') ?? '').trim().split(/\s+/).filter(Boolean).join(' ');
      const kept = parseOwner((await host.run(readSpare, { signal: context.signal })).stdout);
      const before =
        owner?.before ?? (kept?.id === data.id ? kept.before : { ...parsePairs(sections.get('settings') ?? ''), modules: loaded });
      const text = `${JSON.stringify({ ...data, before } satisfies OwnerMark, undefined, 2)}\n`;
      const options = { mode: 0o600, signal: context.signal };
      if (owner) await host.write('/etc/farthing/owner', text, options);
      else {
        const mine = `/etc/farthing/owner.${data.id}`;
        await host.write(mine, text, options);
        await host.run(claim, { args: [mine], signal: context.signal, ok: [0, 1] });
        const winner = await look(data.machine, context);
        if (winner && winner.id !== data.id) throw taken(data, winner);
      }
      await host.write(spare, text, options);
    },
    verify: async ({ data }, context) => {
      if (!isMarked(await look(data.machine, context), data)) {
        throw new FarthingError('FAR-APPLY-003', `the mark of ${data.machine} (/etc/farthing/owner) did not stay`);
      }
    },
  };
}

function taken(data: OwnerData, owner: OwnerMark): FarthingError {
  return new FarthingError('FAR-PLAN-006', `${data.machine} is marked as ${owner.machine} of the cluster ${owner.cluster}`, {
    hint:
      owner.cluster === data.cluster
        ? 'Somebody else has begun to make this cluster: wait until they are done, then run the command again.'
        : 'A machine belongs to one cluster: take it out of the other one first.',
  });
}
