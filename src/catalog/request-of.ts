import type { Catalog, ImageDefault } from './types.ts';

/**
 * What an image needs when nobody says: by its repository without registry and tag, the whole of it
 * first (`misskey/misskey`), then its last part, so that `bitnami/redis` is taken for a Redis.
 * `catalog.fallback` when it is unknown.
 */
export function requestOf(catalog: Catalog, repository: string): ImageDefault {
  const whole = repository.replace(/^library\//, '');
  const last = whole.split('/').at(-1);
  const named = (name: string | undefined) => catalog.images.find((image) => image.name === name);
  return named(whole) ?? named(last) ?? catalog.images.find((image) => image.name.split('/').at(-1) === last) ?? catalog.fallback;
}
