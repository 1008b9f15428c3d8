import { deleteVolumeOperation } from '../kube/index.ts';
import { renderAll } from './app-operations.ts';
import { costOf } from './cost.ts';
import type { PlanInput } from './input.ts';
import { presentCluster } from './input.ts';
import { placeAll } from './place.ts';
import type { Plan } from './types.ts';
import { keptVolumes } from './volumes.ts';

/** What `prune` would do: delete the kept volumes that are named (`namespace/claim`), and only those. `sizes`: bytes by PersistentVolume name, where they were measured. */
export function planPrune(input: PlanInput, names: readonly string[], sizes: Readonly<Record<string, number>> = {}): Plan {
  const rendered = renderAll(input, placeAll(input));
  const kept = keptVolumes(
    presentCluster(input.world),
    rendered.flatMap((app) => app.objects),
  ).map((volume) => ({ ...volume, size: sizes[String(volume.claim.spec?.volumeName)] ?? volume.size }));
  const chosen = kept.filter((volume) => names.includes(`${volume.namespace}/${volume.name}`));
  const operations = chosen.map(({ claim, size }) =>
    deleteVolumeOperation(claim, { why: 'you named it', ...(size === undefined ? {} : { size }) }),
  );
  return {
    cluster: input.spec.name,
    clusterExists: presentCluster(input.world) !== undefined,
    command: `prune ${names.join(' ')}`.trim(),
    machines: [],
    operations,
    placements: [],
    cost: costOf(input.spec),
    unknowns: [],
    refusals: [],
    findings: [],
    kept: kept.map(({ claim: _, ...volume }) => volume),
  };
}
