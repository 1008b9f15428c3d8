import type { Decision } from '../placement/index.ts';
import type { AppInput } from './input.ts';
import { labelsOf } from './labels.ts';
import { portsOf } from './ports-of.ts';
import { renderDeployment } from './render-deployment.ts';
import { renderEnvironment } from './render-environment.ts';
import { renderFiles } from './render-files.ts';
import { renderService } from './render-service.ts';
import { renderClaims } from './render-volumes.ts';
import { reportOf } from './report-of.ts';
import type { Manifest, RenderedApp } from './types.ts';
import { unitsOf } from './units-of.ts';

/** An app that has been placed. */
export interface RenderInput extends AppInput {
  /** By Compose service; the same decision for all services of a unit. */
  readonly decisions: Readonly<Record<string, Decision>>;
  /** The cluster's random id, as a label value. */
  readonly clusterId: string;
}

/**
 * An app as Kubernetes objects in the order they are applied: the namespace, what pods read, what
 * they are found by, then the pods. Pure; the same input gives the same objects.
 */
export function renderApp(input: RenderInput): RenderedApp {
  const { app, project, decisions, clusterId, platforms } = input;
  const units = unitsOf(input);
  const sized = new Map(units.flatMap((unit) => unit.services.map((s) => [s.name, s] as const)));
  const configs: Manifest[] = [];
  const services: Manifest[] = [];
  const deployments: Manifest[] = [];
  for (const service of project.services) {
    const labels = labelsOf(app.name, clusterId, service.name);
    const environment = renderEnvironment(service, app.name, labels);
    const files = renderFiles(service, app.name, labels);
    configs.push(...(environment.secret ? [environment.secret] : []), ...files.map((f) => f.object));
    services.push(renderService(service.name, portsOf(service, platforms[service.image]), app.name, clusterId));
    const size = sized.get(service.name);
    if (size)
      deployments.push(renderDeployment(service, { sized: size, decision: decisions[service.name], environment, files }, input, clusterId));
  }
  const namespace: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: app.name, labels: labelsOf(app.name, clusterId) } };
  return {
    app: app.name,
    objects: [namespace, ...configs, ...renderClaims(input, clusterId), ...services, ...deployments],
    report: reportOf(input, units),
  };
}
