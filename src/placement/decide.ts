import { type Arch, formatBytes } from '../common/index.ts';
import { isArch, list, type Requirements, requirementsOf } from './requirements.ts';
import type { Decision, PlacementNode, PlacementUnit } from './types.ts';

type Possible = Extract<Requirements, { kind: 'possible' }>;

/** What is left of a node while packing. */
interface Room {
  readonly node: PlacementNode;
  memory: number | undefined;
  cpus: number | undefined;
}

/** A unit that may go somewhere. */
interface Open {
  readonly unit: PlacementUnit;
  readonly needs: Possible;
  readonly allowed: readonly Room[];
}

/**
 * Decides for all units at once, in the order given. Pure: the same units and nodes give the same
 * decisions, whatever order they come in. Packing is first-fit, what has the least choice and the
 * most memory first; it tells what is expected and what cannot fit, and never adds a required term.
 */
export function decide(
  units: readonly PlacementUnit[],
  nodes: readonly PlacementNode[],
  options: { readonly prefer?: Arch } = {},
): Decision[] {
  const rooms: Room[] = [...nodes].sort((a, b) => compare(a.name, b.name)).map((node) => ({ node, memory: node.memory, cpus: node.cpus }));
  const decided = new Map<PlacementUnit, Decision>();
  const open: Open[] = [];
  for (const unit of units) {
    const needs = requirementsOf(unit, nodes);
    if (needs.kind === 'impossible') {
      decided.set(unit, { kind: 'impossible', unit: unit.id, why: `${needs.why}.`, hint: needs.hint });
      continue;
    }
    const allowed = rooms.filter((room) => allows(needs, room.node));
    if (allowed.length > 0) open.push({ unit, needs, allowed });
    else decided.set(unit, noMachine(unit, needs, nodes));
  }
  open.sort(
    (a, b) =>
      Number(a.allowed.length > 1) - Number(b.allowed.length > 1) ||
      b.unit.memory - a.unit.memory ||
      b.unit.cpus - a.unit.cpus ||
      compare(a.unit.id, b.unit.id),
  );
  for (const item of open) decided.set(item.unit, place(item, rooms, options.prefer));
  return units.map((unit) => decided.get(unit) as Decision);
}

function place({ unit, needs, allowed }: Open, rooms: readonly Room[], filePrefer: Arch | undefined): Decision {
  const prefer = preferencesOf(unit, needs, rooms, filePrefer);
  const taken: Room[] = [];
  for (let copy = 0; copy < (unit.replicas ?? 1); copy += 1) {
    const room = choose(unit, needs, allowed, prefer);
    if (room === undefined) {
      for (const back of taken) take(back, unit, -1);
      return noRoom(unit, needs, allowed, taken.length);
    }
    if (room === 'unknown') break;
    take(room, unit, 1);
    taken.push(room);
  }
  const first = taken[0];
  const whole = taken.length === (unit.replicas ?? 1);
  const expected = whole ? first?.node.name : undefined;
  const pinned = needs.nodes.length > 0 || needs.arches.length === 1;
  const why = [
    ...needs.because,
    ...(prefer.length > 0 ? [`prefers ${list(prefer, 'then')}`] : []),
    whole ? fits(unit, taken) : unsure(needs, allowed),
  ];
  return {
    kind: 'placed',
    unit: unit.id,
    arches: needs.arches,
    nodes: needs.nodes,
    requiredByFile: needs.requiredByFile,
    prefer,
    expected,
    pinned,
    why: sentence(why),
  };
}

/** The best room that is known to fit; `unknown` when only machines nobody has looked at are left. */
function choose(unit: PlacementUnit, needs: Possible, allowed: readonly Room[], prefer: readonly string[]): Room | 'unknown' | undefined {
  const known = allowed.filter((room) => isKnown(needs, room));
  const fitting = known.filter((room) => left(room, unit) !== undefined);
  const rank = (room: Room) => {
    const at = prefer.findIndex((wish) => wish === room.node.name || wish === room.node.arch);
    return at < 0 ? prefer.length : at;
  };
  // Among equals the emptiest after it, by share, as the scheduler's LeastAllocated would; then by name.
  const best = [...fitting].sort(
    (a, b) => rank(a) - rank(b) || (left(b, unit) ?? 0) - (left(a, unit) ?? 0) || compare(a.node.name, b.node.name),
  )[0];
  return best ?? (allowed.some((room) => !isKnown(needs, room) && mightFit(room, unit)) ? 'unknown' : undefined);
}

/** Whether nothing that is known of a machine rules it out: one of 1 GiB and an unknown number of CPUs has no room for 40 GiB. */
function mightFit(room: Room, unit: PlacementUnit): boolean {
  return (room.memory === undefined || room.memory >= unit.memory) && (room.cpus === undefined || room.cpus >= unit.cpus);
}

/** The share of the node that stays free, or undefined when the unit does not fit. */
function left(room: Room, unit: PlacementUnit): number | undefined {
  const memory = (room.memory ?? 0) - unit.memory;
  const cpus = (room.cpus ?? 0) - unit.cpus;
  if (memory < 0 || cpus < 0) return undefined;
  return (memory / Math.max(1, room.node.memory ?? 1) + cpus / Math.max(1, room.node.cpus ?? 1)) / 2;
}

function take(room: Room, unit: PlacementUnit, times: 1 | -1): void {
  if (room.memory !== undefined) room.memory -= times * unit.memory;
  if (room.cpus !== undefined) room.cpus -= times * unit.cpus;
}

/** A machine whose architecture is not known is not ruled out, but nothing is expected there. */
function allows(needs: Possible, node: PlacementNode): boolean {
  return (
    (needs.nodes.length === 0 || needs.nodes.includes(node.name)) &&
    (needs.arches.length === 0 || node.arch === undefined || needs.arches.includes(node.arch))
  );
}

function isKnown(needs: Possible, room: Room): boolean {
  return room.memory !== undefined && room.cpus !== undefined && (needs.arches.length === 0 || room.node.arch !== undefined);
}

/**
 * The unit's own wishes, then the file's architecture; what the file or the images rule out is left
 * away. Volumes do not count here: a pod template must not change because its volume came to be.
 */
function preferencesOf(unit: PlacementUnit, needs: Possible, rooms: readonly Room[], filePrefer: Arch | undefined): readonly string[] {
  const wishes = [...new Set([...unit.prefer, ...(filePrefer === undefined ? [] : [filePrefer])])];
  const possible = rooms.filter((room) => allows({ ...needs, nodes: needs.requiredByFile }, room.node));
  return wishes.filter((wish) => {
    if (!isArch(wish)) return possible.some((room) => room.node.name === wish);
    return needs.arches.length === 0 || (needs.arches.length > 1 && needs.arches.includes(wish));
  });
}

function fits(unit: PlacementUnit, taken: readonly Room[]): string {
  const where = list([...new Set(taken.map((room) => room.node.name))]);
  return `${formatBytes(unit.memory)}${taken.length > 1 ? ` × ${taken.length}` : ''} fits on ${where}`;
}

function unsure(needs: Possible, allowed: readonly Room[]): string {
  const names = allowed.filter((room) => !isKnown(needs, room)).map((room) => room.node.name);
  return `where it fits is not known: ${list(names)} ${names.length === 1 ? 'has' : 'have'} not been looked at`;
}

function noMachine(unit: PlacementUnit, needs: Possible, nodes: readonly PlacementNode[]): Decision {
  const have =
    nodes.length === 0 ? 'there are no machines' : `the machines are ${list(nodes.map((n) => `${n.name} (${n.arch ?? 'unknown'})`))}`;
  const wanted = needs.arches.length > 0 ? list(needs.arches, 'or') : list(needs.nodes, 'or');
  return {
    kind: 'impossible',
    unit: unit.id,
    why: sentence([...needs.because, `it needs ${wanted}, and ${have}`]),
    hint: `Add a machine that is ${wanted}${needs.arches.length > 0 ? ', or use an image that is also built for the machines there are' : ''}.`,
  };
}

function noRoom(unit: PlacementUnit, needs: Possible, allowed: readonly Room[], placed: number): Decision {
  const copies = unit.replicas ?? 1;
  const rest = allowed.map(
    (room) => `${room.node.name} ${formatBytes(Math.max(0, room.memory ?? 0))} and ${((room.cpus ?? 0) / 1000).toFixed(2)} CPU`,
  );
  const wants = `${formatBytes(unit.memory)} and ${(unit.cpus / 1000).toFixed(2)} CPU`;
  const which = copies > 1 ? `only ${placed} of its ${copies} copies fit: each` : 'it';
  return {
    kind: 'impossible',
    unit: unit.id,
    why: sentence([...needs.because, `${which} needs ${wants}; left for it: ${rest.join(', ')}`]),
    hint: 'Ask for less memory for this or another service in farthing.yaml, or add a machine.',
  };
}

function sentence(parts: readonly string[]): string {
  const text = parts.join('; ');
  return `${text}.`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
