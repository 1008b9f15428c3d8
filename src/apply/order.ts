import { FarthingError } from '../common/index.ts';
import type { Operation } from '../operation/index.ts';

/** The lane an operation runs in: operations of one machine, or of one app, never overlap. */
export function laneOf(operation: Operation): string {
  if (operation.target.machine !== undefined) return `machine ${operation.target.machine}`;
  if (operation.target.app !== undefined) return `app ${operation.target.app}`;
  return 'cluster';
}

/** Operations that may start now: everything before them is done and nobody is in their lane. */
export function ready(waiting: readonly Operation[], open: ReadonlySet<string>, busyLanes: ReadonlySet<string>): Operation[] {
  const lanes = new Set(busyLanes);
  return waiting.filter((operation) => {
    if (operation.after.some((id) => open.has(id)) || lanes.has(laneOf(operation))) return false;
    lanes.add(laneOf(operation));
    return true;
  });
}

/** Throws FAR-BUG-001 when two operations share an id or wait for each other in a circle. */
export function checkOrder(operations: readonly Operation[]): void {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  if (byId.size !== operations.length) throw new FarthingError('FAR-BUG-001', 'two operations of the plan have the same id');
  const state = new Map<string, 'open' | 'closed'>();
  const visit = (id: string, trail: readonly string[]): void => {
    if (state.get(id) === 'closed') return;
    if (state.get(id) === 'open') throw new FarthingError('FAR-BUG-001', `operations wait for each other: ${[...trail, id].join(' → ')}`);
    state.set(id, 'open');
    for (const before of byId.get(id)?.after ?? []) if (byId.has(before)) visit(before, [...trail, id]);
    state.set(id, 'closed');
  };
  for (const id of byId.keys()) visit(id, []);
}
