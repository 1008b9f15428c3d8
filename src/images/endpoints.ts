import type { Registries } from '../spec/index.ts';
import type { ImageRef } from './types.ts';

/** One place a node would try for an image. */
export interface Endpoint {
  /** `https://host[:port]/v2` or with the mirror's own path; no slash at the end. */
  readonly base: string;
  /** The repository as asked there, after rewriting. */
  readonly repository: string;
  /** Mirrors are told which registry they stand for. */
  readonly ns?: string;
  /** Keys of `registries.configs` that may hold credentials and TLS for it, best first. */
  readonly configKeys: readonly string[];
}

/**
 * Where the nodes look for an image and in which order, by K3s' registries.yaml: the endpoints of
 * the registry's mirror (or of `*`), then the registry itself, to which no rewrite applies.
 * https://docs.k3s.io/installation/private-registry
 */
export function endpointsOf(ref: ImageRef, registries: Registries): readonly Endpoint[] {
  const mirror = registries.mirrors[ref.registry] ?? registries.mirrors['*'];
  const list: Endpoint[] = (mirror?.endpoint ?? []).map((text) => {
    const url = new URL(text.includes('://') ? text : `https://${text}`);
    const path = url.pathname.replace(/\/+$/, '');
    return {
      base: `${url.origin}${path === '' ? '/v2' : path}`,
      repository: rewrite(ref.repository, mirror?.rewrite ?? {}),
      ns: ref.registry,
      configKeys: [url.host],
    };
  });
  const host = ref.registry === 'docker.io' ? 'registry-1.docker.io' : ref.registry;
  const own: Endpoint = { base: `https://${host}/v2`, repository: ref.repository, configKeys: [ref.registry, host] };
  return list.some((endpoint) => endpoint.base === own.base) ? list : [...list, own];
}

/** The first pattern that matches changes the name, never the tag. */
function rewrite(repository: string, rules: Readonly<Record<string, string>>): string {
  for (const [pattern, replacement] of Object.entries(rules)) {
    const expression = new RegExp(pattern);
    // Go's template (`$1`, `${1}`) is almost JavaScript's; only the braces differ.
    if (expression.test(repository)) return repository.replace(new RegExp(pattern, 'g'), replacement.replace(/\$\{(\d+)\}/g, '$$$1'));
  }
  return repository;
}

/** True when a name means the node itself, so that nothing can be learned about it from here. */
export function isOwnHost(registry: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(registry);
}
