import type { ImageRef } from './types.ts';

const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const label = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const host = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const path = new RegExp(`^${component}(?:/${component})*$`);
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const digestSizes: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/**
 * Takes an image reference apart by the grammar of distribution/reference, with the same rule as
 * Docker for what is a registry: the first part, when it has a dot, a colon or a capital, or is
 * `localhost`. A tag beside a digest is kept but means nothing. Gives the problem in words otherwise.
 */
export function parseImageRef(text: string): ImageRef | { readonly problem: string } {
  if (text === '') return { problem: 'it is empty' };
  if (/\s/.test(text)) return { problem: 'it contains a blank' };
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  let rest = at < 0 ? text : text.slice(0, at);
  const colon = rest.lastIndexOf(':');
  const tag = colon > rest.lastIndexOf('/') ? rest.slice(colon + 1) : undefined;
  // `localhost:5000` alone is a repository `localhost` with the tag 5000, as Docker reads it.
  if (tag !== undefined) rest = rest.slice(0, colon);
  const { registry, repository } = splitRegistry(rest);
  if (!host.test(registry)) return { problem: `"${registry}" is not a registry host` };
  if (!path.test(repository)) return { problem: pathProblem(repository) };
  if (registry.length + repository.length + 1 > 255) return { problem: 'the name is longer than 255 characters' };
  if (tag !== undefined && !tagPattern.test(tag)) return { problem: `"${tag}" is not a tag` };
  if (digest !== undefined && !isDigest(digest)) return { problem: `"${digest}" is not a digest` };
  return {
    text,
    registry,
    repository,
    ...(tag === undefined && digest === undefined ? { tag: 'latest' } : tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The full form, e.g. `docker.io/library/mariadb:10.11`; parsing it gives the same reference again. */
export function formatImageRef(ref: ImageRef): string {
  return `${ref.registry}/${ref.repository}${ref.tag === undefined ? '' : `:${ref.tag}`}${ref.digest === undefined ? '' : `@${ref.digest}`}`;
}

function splitRegistry(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, slash);
  const named = slash > 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  let registry = named ? first : 'docker.io';
  if (registry === 'index.docker.io') registry = 'docker.io';
  const repository = named ? name.slice(slash + 1) : name;
  return { registry, repository: registry === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository };
}

function pathProblem(repository: string): string {
  if (repository !== repository.toLowerCase()) return 'the repository has capital letters';
  return `"${repository.replace(/^library\//, '')}" is not a repository name`;
}

function isDigest(text: string): boolean {
  if (!digestPattern.test(text)) return false;
  const [algorithm, hex] = text.split(':') as [string, string];
  const size = digestSizes[algorithm];
  return size === undefined || (hex.length === size && hex === hex.toLowerCase());
}
