import { addonOperation } from '../k3s/index.ts';
import type { Operation } from '../operation/index.ts';
import { type PlanInput, presentCluster } from './input.ts';

/** Puts K3s' packaged add-ons back where they are not as K3s ships them: K3s itself does it only at a start. */
export function addonOperations(input: PlanInput, after: readonly string[]): Operation[] {
  const cluster = presentCluster(input.world);
  const server = input.spec.machines.find((machine) => machine.role === 'server');
  if (!cluster || !server) return [];
  return cluster.addons.flatMap(({ name, problem }): Operation[] => {
    const operation = problem === undefined ? undefined : addonOperation(server.name, { name, problem }, after);
    return operation ? [operation] : [];
  });
}
