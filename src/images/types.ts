import type { Arch, Milliseconds } from '../common/index.ts';

/** A reference taken apart by the distribution grammar; `docker.io` and `library/` filled in. */
export interface ImageRef {
  /** As asked. */
  readonly text: string;
  readonly registry: string;
  readonly repository: string;
  /** `latest` when neither tag nor digest was given. */
  readonly tag?: string;
  /** Wins over the tag, as in containerd. */
  readonly digest?: string;
}

/** What is known about where an image can run, and how sure that is. */
export interface Platforms {
  readonly image: string;
  /** Digest of what the tag pointed to when it was looked at. */
  readonly digest?: string;
  /** Empty when unknown. `linux/amd64`, `linux/arm64`, `linux/arm/v7`, … */
  readonly platforms: readonly string[];
  readonly certainty: 'index' | 'manifest' | 'name' | 'unknown';
  /** Why it is unknown or only a name; `missing` means the registry said there is no such image. */
  readonly reason?: string;
  readonly missing?: boolean;
  readonly notes: readonly string[];
  /** From the image's config, when it was read: ports as `3306/tcp`. */
  readonly exposed?: readonly string[];
  /** From the image's config, when it was read: its own HEALTHCHECK, in exec form. */
  readonly healthcheck?: ImageHealthcheck;
}

/** HEALTHCHECK of a Dockerfile; Kubernetes ignores it, so whoever renders must translate it. */
export interface ImageHealthcheck {
  readonly test: readonly string[];
  readonly interval: Milliseconds;
  readonly timeout: Milliseconds;
  readonly retries: number;
  readonly startPeriod: Milliseconds;
}

/** The architectures of ours in it. */
export type ArchesOf = (platforms: Platforms) => readonly Arch[];
