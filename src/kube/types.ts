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

/** What a watch tells: the whole list first and after each gap, then each change. */
export type WatchEvent =
  | { readonly kind: 'list'; readonly objects: readonly LiveObject[] }
  | { readonly kind: 'added' | 'modified' | 'deleted'; readonly object: LiveObject };

/** What to watch and how. */
export interface WatchOptions {
  readonly namespace?: string;
  readonly labels?: string;
  readonly fields?: string;
  readonly onEvent: (event: WatchEvent) => void;
  readonly signal: AbortSignal;
  /** Milliseconds of silence after which the connection counts as dead; default 90 s (bookmarks come each minute). */
  readonly idle?: number;
}

/** The Kubernetes API. Errors: FAR-KUBE-001 (no answer), FAR-KUBE-002 (refused, with the Status' words). */
export interface Cluster {
  get(ref: ObjectRef): Promise<LiveObject | undefined>;
  /** All objects of a kind (paged inside), optionally one namespace or by label. */
  list(
    apiVersion: string,
    kind: string,
    options?: { readonly namespace?: string; readonly labels?: string; readonly fields?: string },
  ): Promise<LiveObject[]>;
  /** Follows a kind until the signal ends it; connections that break or go silent are opened again. Never rejects for the signal. */
  watch(apiVersion: string, kind: string, options: WatchOptions): Promise<void>;
  /** Server-side apply as field manager `farthing`, strict field validation; Sealed values are revealed here. Gives the object and the server's warnings. */
  apply(
    object: Manifest,
    options?: { readonly force?: boolean; readonly dryRun?: boolean },
  ): Promise<{ object: LiveObject; warnings: readonly string[] }>;
  /** JSON merge patch; an array is a JSON patch (RFC 6902). */
  patch(ref: ObjectRef, patch: unknown, options?: { readonly subresource?: string }): Promise<LiveObject>;
  /** Replaces the object; refused (409) when its resourceVersion is no longer the newest. */
  replace(object: LiveObject): Promise<LiveObject>;
  create(object: Manifest): Promise<LiveObject>;
  /** Gone already is fine. */
  delete(
    ref: ObjectRef,
    options?: {
      readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
      readonly graceSeconds?: number;
      /** Delete only this very object; another of the same name is left alone (409). */
      readonly uid?: string;
      readonly resourceVersion?: string;
    },
  ): Promise<void>;
  evict(namespace: string, pod: string): Promise<'evicted' | 'blocked'>;
  /** Any path of the API; a body is sent as JSON, with PATCH as a merge patch. Gives JSON, or text when it is none. */
  raw(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Log text of a container; calls back as lines come when following. */
  logs(
    namespace: string,
    pod: string,
    options: {
      readonly container?: string;
      readonly tail?: number;
      readonly follow?: boolean;
      /** The log of the container's run before this one. */
      readonly previous?: boolean;
      readonly onText: (text: string) => void;
      readonly signal?: AbortSignal;
    },
  ): Promise<void>;
  close(): Promise<void>;
}
