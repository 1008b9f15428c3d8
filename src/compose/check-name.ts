import type { Location } from '../common/index.ts';
import type { Problems } from './problems.ts';

const dnsLabel = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A service's name is its host name, so it has to be a DNS label; FAR-COMPOSE-005 with a usable one otherwise. */
export function checkName(name: string, at: Location, problems: Problems): void {
  if (dnsLabel.test(name)) return;
  const usable = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 63);
  problems.error(
    at,
    'this name cannot be a host name in Kubernetes: small letters, digits and - only, a letter first',
    usable === '' ? 'Rename the service.' : `Rename it to "${usable}", also where other services use it as a host.`,
    'FAR-COMPOSE-005',
  );
}
