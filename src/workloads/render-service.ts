import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import { labelsOf, selectorOf } from './labels.ts';
import { type ContainerPort, portName } from './ports-of.ts';
import type { Manifest } from './types.ts';

/**
 * The name other services use. It listens on the ports inside the container; without any it is
 * headless, so that the name exists all the same.
 */
export function renderService(service: string, ports: readonly ContainerPort[], app: string, clusterId: string): Manifest {
  const spec: ServiceSpec = {
    selector: selectorOf(app, service),
    ...(ports.length === 0
      ? { clusterIP: 'None' }
      : {
          ports: ports.map((port) => ({
            name: portName(port),
            port: port.port,
            targetPort: port.port,
            protocol: port.protocol === 'udp' ? ('UDP' as const) : ('TCP' as const),
          })),
        }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service, namespace: app, labels: labelsOf(app, clusterId, service) },
    spec,
  };
}
