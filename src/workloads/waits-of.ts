import type { Service } from '../compose/index.ts';
import type { AppInput } from './input.ts';
import { portsOf } from './ports-of.ts';

/** What a pod waits for before its own container starts. */
export interface Wait {
  readonly service: string;
  /** The port that must answer; undefined: only the name must be found, which takes a ready pod. */
  readonly port: number | undefined;
}

/**
 * One for each `condition: service_healthy`. A Service sends connections to ready pods only, so a
 * connection that is accepted is proof; a service without a port has a headless Service, whose name
 * is found only when a pod is ready.
 */
export function waitsOf(service: Service, { project, platforms }: Pick<AppInput, 'project' | 'platforms'>): readonly Wait[] {
  return service.dependsOn
    .filter((dependency) => dependency.condition === 'service_healthy')
    .flatMap((dependency): Wait[] => {
      const target = project.services.find((other) => other.name === dependency.service);
      if (!target) return [];
      const ports = portsOf(target, platforms[target.image]);
      const port = ports.find((p) => p.protocol === 'tcp')?.port;
      // A Service with only UDP ports has an address from the start: nothing there to wait for.
      return port === undefined && ports.length > 0 ? [] : [{ service: target.name, port }];
    });
}
