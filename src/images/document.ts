import type { ImageHealthcheck } from './types.ts';

/** Media types of what may stand behind a tag; schema 1 is left out as containerd has. */
export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** An entry of an index that can run somewhere. */
export interface IndexEntry {
  readonly digest: string;
  readonly platform: string;
}

/** What stands behind a reference. */
export type Manifest =
  | { readonly kind: 'index'; readonly entries: readonly IndexEntry[]; readonly notes: readonly string[] }
  | { readonly kind: 'manifest'; readonly config: string }
  | { readonly kind: 'other'; readonly problem: string };

interface RawPlatform {
  readonly os?: unknown;
  readonly architecture?: unknown;
  readonly variant?: unknown;
}

/** Reads an index or a manifest (OCI image-spec 1.1, Docker schema 2). Only the fields used are looked at. */
export function readManifest(body: string): Manifest {
  const raw = parseObject(body);
  if (!raw) return { kind: 'other', problem: 'the answer is not JSON' };
  if (raw.schemaVersion === 1) return { kind: 'other', problem: 'the image is in the old schema 1, which containerd no longer pulls' };
  if (Array.isArray(raw.manifests)) return readIndex(raw.manifests);
  const config = object(raw.config);
  if (typeof config?.digest === 'string') return { kind: 'manifest', config: config.digest };
  return { kind: 'other', problem: 'the answer is neither an index nor a manifest' };
}

function readIndex(list: readonly unknown[]): Manifest {
  const entries: IndexEntry[] = [];
  const notes: string[] = [];
  for (const item of list) {
    const entry = object(item);
    if (typeof entry?.digest !== 'string') continue;
    // BuildKit hides provenance and SBOMs in the index as entries that cannot run.
    if (object(entry.annotations)?.['vnd.docker.reference.type'] !== undefined) continue;
    const platform = platformOf(object(entry.platform) ?? {});
    if (platform === undefined) notes.push(`entry ${entry.digest.slice(0, 19)} of the index names no platform and was not counted`);
    else if (!platform.startsWith('unknown/')) entries.push({ digest: entry.digest, platform });
  }
  return { kind: 'index', entries, notes };
}

/** `linux/arm64`, `linux/arm/v7`; arm64's v8 is left out as it is the only one. */
function platformOf(raw: RawPlatform): string | undefined {
  if (typeof raw.architecture !== 'string' || raw.architecture === '') return undefined;
  const os = typeof raw.os === 'string' && raw.os !== '' ? raw.os : 'linux';
  const variant = typeof raw.variant === 'string' && !(raw.architecture === 'arm64' && raw.variant === 'v8') ? raw.variant : '';
  return [os, raw.architecture, variant].filter((part) => part !== '').join('/');
}

/** What is used of an image's config. */
export interface ImageConfig {
  readonly platform: string | undefined;
  readonly exposed: readonly string[];
  readonly healthcheck?: ImageHealthcheck;
}

/** Reads a config blob; undefined when it is none. */
export function readConfig(body: string): ImageConfig | undefined {
  const raw = parseObject(body);
  if (!raw) return undefined;
  const config = object(raw.config) ?? {};
  const exposed = Object.keys(object(config.ExposedPorts) ?? {}).map((port) => (port.includes('/') ? port : `${port}/tcp`));
  const healthcheck = readHealthcheck(object(config.Healthcheck));
  return { platform: platformOf(raw), exposed: exposed.sort(), ...(healthcheck ? { healthcheck } : {}) };
}

/** Docker's own fields: times in nanoseconds, 0 or absent meaning Docker's default. */
function readHealthcheck(raw: Readonly<Record<string, unknown>> | undefined): ImageHealthcheck | undefined {
  const test = raw?.Test;
  if (!raw || !Array.isArray(test) || !test.every((word) => typeof word === 'string')) return undefined;
  const [kind, ...words] = test;
  if (words.length === 0 || (kind !== 'CMD' && kind !== 'CMD-SHELL')) return undefined;
  const ms = (key: string, otherwise: number) => (typeof raw[key] === 'number' && raw[key] > 0 ? Math.round(raw[key] / 1e6) : otherwise);
  return {
    test: kind === 'CMD' ? words : ['/bin/sh', '-c', ...words],
    interval: ms('Interval', 30_000),
    timeout: ms('Timeout', 30_000),
    retries: typeof raw.Retries === 'number' && raw.Retries > 0 ? raw.Retries : 3,
    startPeriod: ms('StartPeriod', 0),
  };
}

function parseObject(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return object(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
}
