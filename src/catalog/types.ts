import type { Arch, Bytes, Millicpu } from '../common/index.ts';

/** Where and when a fact was read. */
export interface Source {
  /** ISO date it was read. */
  readonly asOf: string;
  readonly source: string;
}

/** One K3s release farthing knows. `sha256` is absent where no digest could be verified yet. */
export interface K3sRelease extends Source {
  readonly version: string;
  readonly sha256: Readonly<Partial<Record<Arch | 'installScript', string>>>;
}

/** What K3s itself takes of a node (not of the workloads), and its documented minimum. */
export interface K3sOverhead extends Source {
  readonly role: 'server' | 'agent';
  readonly memory: Bytes;
  readonly cpus: Millicpu;
  readonly minimumMemory: Bytes;
  readonly minimumCpus: Millicpu;
}

/** What a known image needs when the file says nothing. `name` is the repository without registry and tag. */
export interface ImageDefault extends Source {
  readonly name: string;
  readonly memory: Bytes;
  readonly cpus: Millicpu;
}

/** The dated facts, as one value that `plan` is given. */
export interface Catalog {
  readonly k3s: readonly K3sRelease[];
  /** The version `init` writes. */
  readonly k3sDefault: string;
  readonly overhead: readonly K3sOverhead[];
  readonly images: readonly ImageDefault[];
  /** For an image nobody knows. */
  readonly fallback: ImageDefault;
  /** Images farthing itself adds, by purpose. */
  readonly helpers: { readonly wait: string };
}
