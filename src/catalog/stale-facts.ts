import type { Catalog, Source, StaleFact } from './types.ts';

const day = 86_400_000;

/**
 * Facts older than `days` at `now` (milliseconds since the epoch), oldest first. Prices and
 * allowances go out of date within weeks; a plan says so instead of trusting them for ever.
 */
export function staleFacts(catalog: Catalog, now: number, days: number): StaleFact[] {
  const age = (asOf: string) => Math.floor((now - Date.parse(asOf)) / day);
  return named(catalog)
    .map(({ what, asOf, source }) => ({ what, asOf, source, days: age(asOf) }))
    .filter((fact) => fact.days > days)
    .sort((a, b) => b.days - a.days || (a.what < b.what ? -1 : 1));
}

/** Every fact of the catalogue with a name a person would know it by. */
function named(catalog: Catalog): (Source & { readonly what: string })[] {
  return [
    ...catalog.k3s.map((fact) => ({ ...fact, what: `K3s ${fact.version}` })),
    ...catalog.overhead.map((fact) => ({ ...fact, what: `what K3s needs as ${fact.role}` })),
    ...[...catalog.images, catalog.fallback].map((fact) => ({
      ...fact,
      what: `what ${fact.name === '*' ? 'an unknown image' : fact.name} needs`,
    })),
    ...catalog.machineTypes.map((fact) => ({ ...fact, what: `price of ${fact.provider} ${fact.type}` })),
    ...catalog.helperSources.map((fact) => ({ ...fact, what: `image ${fact.image}` })),
  ];
}
