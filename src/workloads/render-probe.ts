import type { Probe } from 'kubernetes-types/core/v1.js';
import type { Service } from '../compose/index.ts';
import type { Platforms } from '../images/index.ts';

/**
 * A healthcheck as a readiness probe: the file's, else the image's own, which Kubernetes ignores.
 * Never liveness, since Docker does not restart what is unhealthy. Times are always written out, as
 * Kubernetes' defaults differ from Docker's.
 */
export function renderProbe(service: Service, platforms: Platforms | undefined): Probe | undefined {
  if (service.healthcheck === 'none') return undefined;
  const image = platforms?.healthcheck;
  const check = service.healthcheck ?? image;
  const test = check && (check.test.length > 0 ? check.test : image?.test);
  if (!check || !test) return undefined;
  return {
    exec: { command: [...test] },
    periodSeconds: seconds(check.interval),
    timeoutSeconds: seconds(check.timeout),
    failureThreshold: Math.max(1, check.retries),
  };
}

function seconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1000));
}
