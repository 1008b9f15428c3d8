import type { Arch, Bytes, Millicpu, Money } from '../common/index.ts';

/** Where and when a fact was read. */
export interface Source {
  /** ISO date it was read. */
  readonly asOf: string;
  readonly source: string;
}

/**
 * One K3s release farthing knows. A digest is absent where none could be verified yet: then the file
 * has to pin it (`k3s.sha256`), and FAR-K3S-004 says how to get one.
 */
export interface K3sRelease extends Source {
  readonly version: string;
  readonly sha256: Readonly<Partial<Record<Arch | 'installScript', string>>>;
}

/** What K3s itself takes of a node (not of the workloads), and its documented minimum. */
export interface K3sOverhead extends Source {
  readonly role: 'server' | 'agent';
  readonly memory: Bytes;
  readonly cpus: Millicpu;
  /** Beside K3s: the operating system, sshd and the journal, which the kubelet does not count. */
  readonly systemReserve: Bytes;
  readonly minimumMemory: Bytes;
  readonly minimumCpus: Millicpu;
}

/** What a known image needs when the file says nothing. `name` is the repository without registry and tag. */
export interface ImageDefault extends Source {
  readonly name: string;
  readonly memory: Bytes;
  readonly cpus: Millicpu;
}

/** What a machine of a provider costs a month when it runs all of it. */
export interface MachineType extends Source {
  readonly provider: string;
  readonly type: string;
  readonly arch: Arch;
  readonly cpus: Millicpu;
  readonly memory: Bytes;
  /** Absent where a disk is bought apart. */
  readonly disk?: Bytes;
  readonly price: Money;
  /** Whether the price was found net, or nobody said. Prices found with VAT are stored net. */
  readonly vat: 'net' | 'unknown';
  /** Listed is not orderable: whether it could be had on the day of `asOf`. */
  readonly orderable: 'yes' | 'no' | 'unknown';
  readonly note?: string;
}

/** An image farthing itself adds. */
export interface HelperImage extends Source {
  readonly image: string;
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
  readonly machineTypes: readonly MachineType[];
  /** Images farthing itself adds, by purpose. `wait` is what init containers that wait for a service run, `backup` restic. */
  readonly helpers: { readonly wait: string; readonly backup: string };
  /** Where the helper images come from, for `staleFacts`. */
  readonly helperSources: readonly HelperImage[];
}

/** One fact that is older than it should be. */
export interface StaleFact extends Source {
  readonly what: string;
  /** Whole days since it was read. */
  readonly days: number;
}
