import { FarthingError, fingerprint } from '../common/index.ts';
import type { Handler, RunContext } from '../operation/index.ts';
import type { HostPorts } from './host-handlers.ts';
import { isMarked, type OwnerData } from './owner-operation.ts';
import { parseOwner } from './parse-owner.ts';
import { keptModules, keptSettings } from './release-script.ts';
import { parsePairs, parseSections } from './sections.ts';
import type { OwnerMark } from './types.ts';

const readOwner = 'cat /etc/farthing/owner 2>/dev/null || true';

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
      return isMarked(owner, data) ? { state: 'done' } : { state: 'pending', fingerprint: fingerprint(owner ?? null) };
    },
    ensure: async ({ data }, context) => {
      const host = await shell(data.machine);
      const owner = await look(data.machine, context);
      if (isMarked(owner, data)) return;
      if (owner && owner.id !== data.id) {
        throw new FarthingError('FAR-PLAN-006', `${data.machine} is marked as ${owner.machine} of the cluster ${owner.cluster}`);
      }
      const args = [...keptSettings, '--', ...keptModules];
      const sections = parseSections((await host.run(readBefore, { args, signal: context.signal })).stdout);
      const loaded = (sections.get('modules') ?? '').trim().split(/\s+/).filter(Boolean).join(' ');
      const before = owner?.before ?? { ...parsePairs(sections.get('settings') ?? ''), modules: loaded };
      const mark: OwnerMark = { ...data, before };
      await host.write('/etc/farthing/owner', `${JSON.stringify(mark, undefined, 2)}\n`, { mode: 0o600, signal: context.signal });
    },
    verify: async ({ data }, context) => {
      if (!isMarked(await look(data.machine, context), data)) {
        throw new FarthingError('FAR-APPLY-003', `the mark of ${data.machine} (/etc/farthing/owner) did not stay`);
      }
    },
  };
}
