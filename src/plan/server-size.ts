import { overheadOf } from '../catalog/index.ts';
import { type Diagnostic, formatBytes } from '../common/index.ts';
import { factsOf, type PlanInput } from './input.ts';
import { sizeOf } from './machines.ts';

/**
 * Machines that are smaller than K3s needs, from what the file says; what was seen on the host itself
 * is preflight's business. A machine sold as 2 GB shows a little less, so a twentieth is forgiven.
 */
export function tooSmall(input: PlanInput): Diagnostic[] {
  return input.spec.machines.flatMap((machine) => {
    if (factsOf(input.world, machine.name)) return [];
    const { memory } = sizeOf(machine, input);
    const needed = overheadOf(input.catalog, machine.role).minimumMemory;
    if (memory === undefined || memory >= needed * 0.95) return [];
    return [
      {
        code: 'FAR-PLAN-002' as const,
        severity: 'error' as const,
        message: `${machine.name} has ${formatBytes(memory)}; K3s needs ${formatBytes(needed)} as ${machine.role === 'server' ? 'a server' : 'an agent'}`,
        location: input.spec.at(['machines', machine.name, 'memory']),
        hint: machine.role === 'server' ? 'Give `role: server` to a larger machine.' : 'Leave it out, or use a larger machine.',
      },
    ];
  });
}
