import type { Location } from '../common/index.ts';

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
