import type { Diagnostic } from '../common/index.ts';
import { volumeName } from '../compose/index.ts';
import type { Platforms } from '../images/index.ts';
import { type Decision, decide } from '../placement/index.ts';
import { unitsOf, type WorkloadUnit } from '../workloads/index.ts';
import { appsOf, type PlanInput, presentCluster } from './input.ts';
import { placementNodes } from './machines.ts';
import type { Placement } from './types.ts';
import { nodesOfClaims } from './volumes.ts';

/** Where everything goes, and what cannot go anywhere. */
export interface Placed {
  readonly placements: readonly Placement[];
  /** By app, then Compose service. */
  readonly decisions: Readonly<Record<string, Readonly<Record<string, Decision>>>>;
  readonly refusals: readonly Diagnostic[];
}

/** Decides where each unit of every app goes; all apps are packed together, also when only one is planned. */
export function placeAll(input: PlanInput): Placed {
  const nodes = placementNodes(input);
  const claims = nodesOfClaims(presentCluster(input.world));
  const units = input.spec.apps.flatMap((app) => {
    const project = input.projects[app.name];
    if (!project) return [];
    const volumeNodes = Object.fromEntries(
      project.volumes.flatMap(({ key }) => {
        const node = claims.get(`${app.name}/${volumeName(key)}`);
        return node === undefined ? [] : [[key, node]];
      }),
    );
    return unitsOf({ app, project, platforms: input.platforms, catalog: input.catalog }, volumeNodes);
  });
  const decisions = new Map(decide(units, nodes, input.spec.placement).map((decision) => [decision.unit, decision]));
  const chosen = new Set(appsOf(input).map((app) => app.name));
  const byApp: Record<string, Record<string, Decision>> = {};
  const placements: Placement[] = [];
  for (const unit of units) {
    const decision = decisions.get(unit.id) as Decision;
    for (const service of unit.services) {
      byApp[unit.app] = { ...byApp[unit.app], [service.name]: decision };
      if (chosen.has(unit.app)) placements.push(placementOf(unit, service, decision, input.platforms[service.image]));
    }
  }
  const refused = units.filter((unit) => chosen.has(unit.app) && decisions.get(unit.id)?.kind === 'impossible');
  return { placements, decisions: byApp, refusals: refused.map((unit) => refusal(unit, decisions.get(unit.id) as Decision, input)) };
}

function placementOf(
  unit: WorkloadUnit,
  service: WorkloadUnit['services'][number],
  decision: Decision,
  platforms: Platforms | undefined,
): Placement {
  return {
    app: unit.app,
    service: service.name,
    memory: service.request.memory * service.replicas,
    cpus: service.request.cpus * service.replicas,
    memoryFrom: service.request.memoryFrom,
    image: service.image,
    platforms: platforms?.platforms ?? [],
    certainty: platforms?.certainty ?? 'unknown',
    decision,
  };
}

function refusal(unit: WorkloadUnit, decision: Decision, input: PlanInput): Diagnostic {
  const first = unit.services[0]?.name ?? '';
  const service = input.projects[unit.app]?.services.find((entry) => entry.name === first);
  const why = decision.kind === 'impossible' ? decision.why : '';
  const hint = decision.kind === 'impossible' ? decision.hint : undefined;
  const location = service?.imageAt ?? input.spec.at(['apps', unit.app]);
  return { code: 'FAR-PLAN-001', severity: 'error', message: `${unit.id}: ${why}`, location, ...(hint === undefined ? {} : { hint }) };
}
