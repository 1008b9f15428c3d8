import type { DeploymentSpec } from 'kubernetes-types/apps/v1.js';
import type { HostAlias, PodSpec } from 'kubernetes-types/core/v1.js';
import { fingerprint, mapSealed } from '../common/index.ts';
import type { Service } from '../compose/index.ts';
import type { Decision } from '../placement/index.ts';
import { imageRecord, recordImages } from './image-record.ts';
import type { AppInput } from './input.ts';
import { labelsOf, selectorOf } from './labels.ts';
import { portsOf } from './ports-of.ts';
import { renderAffinity } from './render-affinity.ts';
import { renderContainer } from './render-container.ts';
import type { RenderedEnvironment } from './render-environment.ts';
import type { RenderedFiles } from './render-files.ts';
import { renderVolumes } from './render-volumes.ts';
import type { Manifest, WorkloadUnit } from './types.ts';
import { volumesOf } from './volumes-of.ts';
import { waitContainer } from './wait-container.ts';
import { waitsOf } from './waits-of.ts';

/** What was rendered for a service before its Deployment. */
export interface DeploymentParts {
  readonly sized: WorkloadUnit['services'][number];
  readonly decision: Decision | undefined;
  readonly environment: RenderedEnvironment;
  readonly files: readonly RenderedFiles[];
}

/**
 * A service as a Deployment. With a volume the old pod goes before the new one comes, since two
 * databases on one folder destroy it. A change of variables or files changes the annotation
 * `farthing.dev/config` and so restarts the pod.
 */
export function renderDeployment(service: Service, parts: DeploymentParts, input: AppInput, clusterId: string): Manifest {
  const { app } = input;
  const spec: DeploymentSpec = {
    replicas: parts.sized.replicas,
    revisionHistoryLimit: 2,
    selector: { matchLabels: selectorOf(app.name, service.name) },
    // Kubernetes' own numbers, written out: only what is ours goes away when a service gets a volume,
    // and Recreate is refused beside them.
    strategy:
      volumesOf(service).length > 0
        ? { type: 'Recreate' }
        : { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    template: {
      metadata: {
        labels: { ...labelsOf(app.name, clusterId, service.name) },
        ...configOf(parts),
      },
      spec: podOf(service, parts, input),
    },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: service.name,
      namespace: app.name,
      labels: labelsOf(app.name, clusterId, service.name),
      ...recordOf(service, input),
    },
    spec,
  };
}

/** Not on the template: a tag that moved is a fact to record, not a reason to restart. */
function recordOf(service: Service, input: AppInput): { annotations?: Record<string, string> } {
  const own = input.platforms[service.image];
  const helper = waitsOf(service, input).length > 0 ? input.platforms[input.catalog.helpers.wait] : undefined;
  const record = recordImages([own, helper]);
  const annotations = {
    ...(own?.digest === undefined ? {} : { [`farthing.dev/image-digest.${service.name}`.slice(0, 76)]: own.digest }),
    ...(record === undefined ? {} : { [imageRecord]: record }),
  };
  return Object.keys(annotations).length > 0 ? { annotations } : {};
}

function configOf({ environment, files }: DeploymentParts): { annotations?: Record<string, string> } {
  if (!environment.secret && files.length === 0) return {};
  const contents = mapSealed([environment.secret?.data, ...files.map((f) => [f.object.data, f.object.binaryData])], (leaf) =>
    leaf.reveal(),
  );
  return { annotations: { 'farthing.dev/config': fingerprint(contents) } };
}

function podOf(service: Service, { sized, decision, environment, files }: DeploymentParts, input: AppInput): PodSpec {
  const { app, platforms, catalog } = input;
  const { volumes, mounts } = renderVolumes(service);
  const affinity = renderAffinity(decision);
  const waits = waitsOf(service, input).map((wait) => waitContainer(wait, app.name, catalog.helpers.wait));
  const allVolumes = [...volumes, ...files.map((f) => f.volume)];
  return {
    // Kubernetes would add DB_PORT=tcp://… and the like, which crashes apps that read such names.
    enableServiceLinks: false,
    automountServiceAccountToken: false,
    securityContext: {
      seccompProfile: { type: 'RuntimeDefault' },
      ...(service.groups.length > 0 ? { supplementalGroups: [...service.groups] } : {}),
    },
    ...(hostnameOf(service) === undefined ? {} : { hostname: hostnameOf(service) as string }),
    ...(service.stopGracePeriod === undefined ? {} : { terminationGracePeriodSeconds: Math.ceil(service.stopGracePeriod / 1000) }),
    ...(service.extraHosts.length > 0 ? { hostAliases: aliasesOf(service) } : {}),
    ...(affinity ? { affinity: { nodeAffinity: affinity } } : {}),
    ...(waits.length > 0 ? { initContainers: waits } : {}),
    containers: [
      renderContainer(service, {
        env: environment.env,
        mounts: [...mounts, ...files.map((f) => f.mount)],
        ports: portsOf(service, platforms[service.image]),
        request: sized.request,
        platforms: platforms[service.image],
      }),
    ],
    ...(allVolumes.length > 0 ? { volumes: allVolumes } : {}),
  };
}

/** The first part of `hostname`, as a pod's has to be a DNS label; undefined when there is none or it is none. */
export function hostnameOf(service: Service): string | undefined {
  const label = service.hostname?.split('.')[0]?.toLowerCase();
  return label !== undefined && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(label) ? label : undefined;
}

function aliasesOf(service: Service): HostAlias[] {
  const byIp = new Map<string, string[]>();
  for (const { ip, name } of service.extraHosts) byIp.set(ip, [...(byIp.get(ip) ?? []), name]);
  return [...byIp].map(([ip, hostnames]) => ({ ip, hostnames }));
}
