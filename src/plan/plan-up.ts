import type { Diagnostic } from '../common/index.ts';
import { inventoryOperation } from '../kube/index.ts';
import { inventoryObject } from '../observe/index.ts';
import type { Finding, Operation } from '../operation/index.ts';
import { type RenderedApp, recallImages } from '../workloads/index.ts';
import { addonOperations } from './addons.ts';
import { appWork, removedApps, renderAll } from './app-operations.ts';
import { costOf } from './cost.ts';
import { hostFindings } from './findings.ts';
import { hostWork } from './host-operations.ts';
import { type PlanInput, presentCluster } from './input.ts';
import { unitedInventory, wantedInventory } from './inventory.ts';
import { placementNodes, plannedMachines } from './machines.ts';
import { placeAll } from './place.ts';
import { removedMachines } from './removed-machines.ts';
import { tooSmall } from './server-size.ts';
import type { Plan } from './types.ts';
import { missingImages, unknownsOf } from './unknowns.ts';
import { keptVolumes } from './volumes.ts';

/** What `up` would do. Pure: no network, clock or files; the same input gives the same plan. */
export function planUp(given: PlanInput): Plan {
  const input = withRecalledImages(given);
  const placed = placeAll(input);
  const rendered = renderAll(input, placed);
  const findings = hostFindings(input);
  const work = input.world === undefined ? undefined : workOf(input, rendered);
  const kept = keptVolumes(presentCluster(input.world), [...rendered.flatMap((app) => app.objects), ...otherClaims(input)]);
  const refusals = [
    ...missingImages(input),
    ...tooSmall(input),
    ...placed.refusals,
    ...[...findings, ...(work?.findings ?? [])]
      .filter((finding) => finding.severity === 'refuse')
      .map((finding) => refusalOf(finding, input)),
    ...(work?.refusals ?? []),
  ];
  return {
    cluster: input.spec.name,
    clusterExists: presentCluster(input.world) !== undefined,
    command: input.only === undefined ? 'up' : `up ${input.only}`,
    machines: plannedMachines(input, placementNodes(input), placed.placements),
    // A plan that is refused does nothing: it names what is wrong, and no operation.
    operations: refusals.length > 0 ? [] : (work?.operations ?? []),
    placements: placed.placements,
    cost: costOf(input.spec),
    unknowns: unknownsOf(input),
    refusals,
    findings: [...findings, ...(work?.findings ?? [])],
    kept: kept.map(({ claim: _, ...volume }) => volume),
  };
}

/** The apps of the file as objects, for `farthing render`. */
export function renderedApps(given: PlanInput): readonly RenderedApp[] {
  const input = withRecalledImages(given);
  return renderAll(input, placeAll(input));
}

/** A registry that is silent today must not change what an app that runs was made of. */
function withRecalledImages(input: PlanInput): PlanInput {
  return { ...input, platforms: recallImages(input.platforms, presentCluster(input.world)?.objects ?? []) };
}

interface Work {
  readonly operations: readonly Operation[];
  readonly findings: readonly Finding[];
  readonly refusals: readonly Diagnostic[];
}

/**
 * Everything in its order: hosts and server, then the inventory (before anything it lists is made, so
 * that nothing is ever lost sight of), agents, apps; what leaves, leaves last, and then the inventory
 * is shortened.
 */
function workOf(input: PlanInput, rendered: readonly RenderedApp[]): Work {
  const cluster = presentCluster(input.world);
  const wanted = wantedInventory(input, rendered);
  const live = cluster?.objects ?? [];
  const whole = input.only === undefined;
  const inventoryId = 'inventory.write';
  const hosts = whole ? hostWork(input, [inventoryId]) : { operations: [], refusals: [] };
  const serverWork = hosts.operations.filter((operation) => operation.kind === 'k3s.server').map((operation) => operation.id);
  const inventory = inventoryOperation(inventoryObject(unitedInventory(cluster?.inventory, wanted)), live, serverWork);
  const nodesReady = [...hosts.operations.filter((operation) => operation.kind.startsWith('k3s.')), ...(inventory ? [inventory] : [])].map(
    (operation) => operation.id,
  );
  const addons = whole ? addonOperations(input, nodesReady) : [];
  const apps = appWork(input, rendered, [...nodesReady, ...addons.map((operation) => operation.id)]);
  const goneApps = removedApps(input, nodesReady);
  const gone = removedMachines(
    input,
    [...rendered.flatMap((app) => app.objects), ...otherClaims(input)],
    [...nodesReady, ...apps.operations.map((operation) => operation.id), ...goneApps.map((operation) => operation.id)],
  );
  const before = [...hosts.operations, ...(inventory ? [inventory] : []), ...addons, ...apps.operations, ...goneApps, ...gone.operations];
  const shorter = leavesSomething(cluster?.inventory, wanted)
    ? shorten(
        inventoryOperation(
          inventoryObject(wanted),
          live,
          [...goneApps, ...gone.operations].map((operation) => operation.id),
        ),
      )
    : [];
  return {
    operations: [...before, ...shorter],
    findings: [...apps.findings, ...gone.findings],
    refusals: [...hosts.refusals, ...gone.refusals],
  };
}

function leavesSomething(
  before: { readonly machines: readonly { readonly name: string }[]; readonly apps: readonly { readonly name: string }[] } | undefined,
  wanted: NonNullable<typeof before>,
): boolean {
  const misses = (old: readonly { readonly name: string }[], now: readonly { readonly name: string }[]) =>
    old.some((entry) => !now.some((other) => other.name === entry.name));
  return before !== undefined && (misses(before.machines, wanted.machines) || misses(before.apps, wanted.apps));
}

function shorten(operation: Operation | undefined): Operation[] {
  if (!operation) return [];
  return [
    { ...operation, id: 'inventory.write:shorter', title: 'Take what is gone off the list in the cluster', why: 'it no longer exists' },
  ];
}

/** Claims of apps this plan is not about: they are in use, not kept. */
function otherClaims(input: PlanInput) {
  if (input.only === undefined) return [];
  return renderAll(
    { ...input, spec: { ...input.spec, apps: input.spec.apps.filter((app) => app.name !== input.only) } },
    { placements: [], decisions: {}, refusals: [] },
  ).flatMap((app) => app.objects);
}

function refusalOf(finding: Finding, input: PlanInput): Diagnostic {
  const location = input.spec.at(finding.machine === undefined ? ['machines'] : ['machines', finding.machine]);
  return {
    code: 'FAR-PLAN-004',
    severity: 'error',
    message: finding.message,
    location,
    ...(finding.hint === undefined ? {} : { hint: finding.hint }),
  };
}
