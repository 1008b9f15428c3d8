import type { Manifest } from '../workloads/index.ts';

/** An object as the API gives it: any fields, only those used are read. */
export interface LiveObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly [key: string]: unknown;
  };
  // biome-ignore lint/suspicious/noExplicitAny: foreign data, read permissively
  readonly [key: string]: any;
}

/** Names one object. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** The Kubernetes API. Errors: FAR-KUBE-001 (no answer), FAR-KUBE-002 (refused, with the Status' words). */
export interface Cluster {
  get(ref: ObjectRef): Promise<LiveObject | undefined>;
  /** All objects of a kind (paged inside), optionally one namespace or by label. */
  list(apiVersion: string, kind: string, options?: { readonly namespace?: string; readonly labels?: string }): Promise<LiveObject[]>;
  /** Server-side apply as field manager `farthing`, strict field validation; Sealed values are revealed here. Gives the object and the server's warnings. */
  apply(
    object: Manifest,
    options?: { readonly force?: boolean; readonly dryRun?: boolean },
  ): Promise<{ object: LiveObject; warnings: readonly string[] }>;
  /** JSON merge patch. */
  patch(ref: ObjectRef, patch: unknown, options?: { readonly subresource?: string }): Promise<LiveObject>;
  create(object: Manifest): Promise<LiveObject>;
  /** Gone already is fine. */
  delete(
    ref: ObjectRef,
    options?: { readonly propagation?: 'Background' | 'Foreground' | 'Orphan'; readonly graceSeconds?: number },
  ): Promise<void>;
  evict(namespace: string, pod: string): Promise<'evicted' | 'blocked'>;
  raw(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Log text of a container; calls back as lines come when following. */
  logs(
    namespace: string,
    pod: string,
    options: {
      readonly container?: string;
      readonly tail?: number;
      readonly follow?: boolean;
      readonly onText: (text: string) => void;
      readonly signal?: AbortSignal;
    },
  ): Promise<void>;
  close(): Promise<void>;
}
