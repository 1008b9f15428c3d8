import type { Container, EnvVar, SecurityContext, VolumeMount } from 'kubernetes-types/core/v1.js';
import { quantityOfBytes } from '../common/index.ts';
import type { Service } from '../compose/index.ts';
import type { Platforms } from '../images/index.ts';
import { escapeExpansion } from './escape-expansion.ts';
import { type ContainerPort, portName } from './ports-of.ts';
import { renderProbe } from './render-probe.ts';
import type { Request } from './types.ts';

/** What is known besides the service itself. */
export interface ContainerParts {
  readonly env: readonly EnvVar[];
  readonly mounts: readonly VolumeMount[];
  readonly ports: readonly ContainerPort[];
  readonly request: Request;
  readonly platforms: Platforms | undefined;
}

/** A service's container. Compose's `entrypoint` is Kubernetes' `command`, its `command` the `args`. */
export function renderContainer(service: Service, { env, mounts, ports, request, platforms }: ContainerParts): Container {
  const probe = renderProbe(service, platforms);
  const security = securityOf(service);
  const limits = {
    ...(request.memoryLimit === undefined ? {} : { memory: quantityOfBytes(request.memoryLimit) }),
    ...(request.cpusLimit === undefined ? {} : { cpu: cpuQuantity(request.cpusLimit) }),
  };
  return {
    name: service.name,
    image: service.image,
    // Compose pulls what is missing, whatever the tag; Kubernetes would always pull `latest`.
    imagePullPolicy: service.pullPolicy ?? 'IfNotPresent',
    ...(service.entrypoint?.length ? { command: service.entrypoint.map(escapeExpansion) } : {}),
    ...(service.command?.length ? { args: service.command.map(escapeExpansion) } : {}),
    ...(service.workingDir === undefined ? {} : { workingDir: service.workingDir }),
    ...(env.length > 0 ? { env: [...env] } : {}),
    ...(ports.length > 0
      ? {
          ports: ports.map((port) => ({
            name: portName(port),
            containerPort: port.port,
            protocol: port.protocol === 'udp' ? ('UDP' as const) : ('TCP' as const),
          })),
        }
      : {}),
    resources: {
      requests: { cpu: cpuQuantity(request.cpus), memory: quantityOfBytes(request.memory) },
      ...(Object.keys(limits).length > 0 ? { limits } : {}),
    },
    ...(mounts.length > 0 ? { volumeMounts: [...mounts] } : {}),
    ...(probe ? { readinessProbe: probe } : {}),
    ...(security ? { securityContext: security } : {}),
    ...(service.tty ? { tty: true } : {}),
    ...(service.stdin ? { stdin: true } : {}),
  };
}

function securityOf(service: Service): SecurityContext | undefined {
  const [user, group] = service.user?.split(':') ?? [];
  const capabilities = {
    ...(service.capAdd.length > 0 ? { add: [...service.capAdd] } : {}),
    ...(service.capDrop.length > 0 ? { drop: [...service.capDrop] } : {}),
  };
  const context: SecurityContext = {
    ...(user === undefined ? {} : { runAsUser: Number(user) }),
    ...(group === undefined ? {} : { runAsGroup: Number(group) }),
    ...(Object.keys(capabilities).length > 0 ? { capabilities } : {}),
    ...(service.noNewPrivileges && !service.privileged ? { allowPrivilegeEscalation: false } : {}),
    ...(service.privileged ? { privileged: true } : {}),
    ...(service.readOnly ? { readOnlyRootFilesystem: true } : {}),
  };
  return Object.keys(context).length > 0 ? context : undefined;
}

/** Thousandths of a CPU as the API gives them back: `1500m`, `2`. */
function cpuQuantity(cpus: number): string {
  return cpus % 1000 === 0 ? String(cpus / 1000) : `${cpus}m`;
}
