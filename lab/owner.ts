import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { exists } from './cache.ts';
import { labPaths } from './config.ts';
import { cgroupPids } from './hosts/cgroups.ts';
import { netnsOwner } from './net/netns.ts';

/** Written first and removed last: whoever finds it knows that everything of this name is the lab's. */
interface OwnerMark {
  readonly owner: 'farthing-lab';
  readonly instance: string;
}

/** State of an instance's name on this machine. */
export type Ownership = 'free' | 'ours' | { readonly refused: string };

/** Says whether this instance's name is free, ours to use and remove, or taken by something we did not make. */
export async function resolveOwnership(): Promise<Ownership> {
  const { state, owner, instance, netns, netnsEtc } = labPaths();
  if (await exists(state)) {
    const mark = JSON.parse(await readFile(owner, 'utf8').catch(() => '{}')) as Partial<OwnerMark>;
    if (mark.owner !== 'farthing-lab' || mark.instance !== instance) {
      const empty = (await readdir(state)).length === 0;
      return empty ? 'free' : { refused: `${state} exists and carries no mark of the lab (owner.json)` };
    }
    return (await netnsOwner()) === 'foreign' ? { refused: `the network namespace ${netns} was not made by the lab` } : 'ours';
  }
  if ((await netnsOwner()) !== 'absent') {
    return { refused: `a network namespace ${netns} exists and there is no lab of that name` };
  }
  if (await exists(netnsEtc)) {
    return { refused: `${netnsEtc} exists and there is no lab of that name` };
  }
  if ((await cgroupPids(instance)).length > 0) {
    return { refused: `processes run in the cgroup farthing-lab/${instance} and there is no lab of that name` };
  }
  return 'free';
}

/** Takes the name. */
export async function claim(): Promise<void> {
  const { state, owner, instance } = labPaths();
  await mkdir(state, { recursive: true, mode: 0o755 });
  const mark: OwnerMark = { owner: 'farthing-lab', instance };
  await writeFile(owner, `${JSON.stringify(mark)}\n`);
}
