import type { EnvVar } from 'kubernetes-types/core/v1.js';
import { Sealed } from '../common/index.ts';
import type { Service } from '../compose/index.ts';
import type { Manifest } from './types.ts';

/** A service's variables: one Secret, and one reference each, so that nothing else can slip in. */
export interface RenderedEnvironment {
  readonly secret: Manifest | undefined;
  readonly env: readonly EnvVar[];
}

/** All values are kept in a Secret: nobody can tell which of them are secret. Values from a Secret are not expanded. */
export function renderEnvironment(service: Service, namespace: string, labels: Readonly<Record<string, string>>): RenderedEnvironment {
  const entries = Object.entries(service.environment);
  if (entries.length === 0) return { secret: undefined, env: [] };
  const name = `${service.name}-env`;
  const data = entries.map(([key, value]) => [key, new Sealed(Buffer.from(value.reveal(), 'utf8').toString('base64'))]);
  return {
    secret: { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels }, type: 'Opaque', data: Object.fromEntries(data) },
    env: entries.map(([key]) => ({ name: key, valueFrom: { secretKeyRef: { name, key } } })),
  };
}
