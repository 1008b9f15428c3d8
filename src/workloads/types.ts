import type { Bytes, Location, Millicpu } from '../common/index.ts';
import type { PlacementUnit } from '../placement/index.ts';

/** A Kubernetes object as it is sent. Values of Secrets are `Sealed` until then. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

/** What became of one Compose key. */
export interface ReportLine {
  readonly state: 'mapped' | 'noted' | 'asked' | 'refused';
  readonly key: string;
  readonly text: string;
  readonly at?: Location;
}

/** One app as Kubernetes objects, in the order they are applied. */
export interface RenderedApp {
  readonly app: string;
  readonly objects: readonly Manifest[];
  readonly report: readonly ReportLine[];
}

/** What one service asks for, and where the numbers come from. */
export interface Request {
  readonly memory: Bytes;
  readonly cpus: Millicpu;
  /** `farthing.yaml`, `mem_reservation`, `mem_limit`, `catalogue: mariadb`, `catalogue: unknown image`. */
  readonly memoryFrom: string;
  readonly cpusFrom: string;
  readonly memoryLimit?: Bytes;
  readonly cpusLimit?: Millicpu;
}

/** A placement unit with the Compose services in it: those that share a volume have to run together. */
export interface WorkloadUnit extends PlacementUnit {
  readonly app: string;
  readonly services: readonly { readonly name: string; readonly image: string; readonly replicas: number; readonly request: Request }[];
}
