import { expect } from 'vitest';
import { type Cluster, connect, kubeHandlers, type LiveObject } from '../../src/kube/index.ts';
import type { AnyHandler, Operation, RunContext } from '../../src/operation/index.ts';
import type { Manifest } from '../../src/workloads/index.ts';
import { makeCertificates, quickClock, startLoopbackApi } from './loopback-api.ts';
import { type MemoryHooks, type MemoryStore, memoryApi } from './memory-api.ts';

let certificates: ReturnType<typeof makeCertificates> | undefined;

/** A Cluster on a fresh in-memory API, with a clock that only sleeping moves. */
export interface OpenMemory {
  readonly cluster: Cluster;
  readonly store: MemoryStore;
  readonly clock: ReturnType<typeof quickClock>;
  readonly requests: readonly string[];
  readonly ports: { readonly cluster: () => Promise<Cluster>; readonly clock: ReturnType<typeof quickClock> };
  /** For handlers; collects the progress lines. */
  readonly context: RunContext & { readonly lines: string[] };
  /** Finds, ensures, verifies and finds again, as apply does; `done` when there was nothing to do. */
  carryOut(operation: Operation): Promise<'done' | 'changed'>;
  /** The requests that were no reads. */
  writes(): string[];
  close(): Promise<void>;
}

/** Starts the API and connects to it over TLS. */
export async function openMemory(objects: readonly unknown[] = [], hooks: MemoryHooks = {}): Promise<OpenMemory> {
  certificates ??= makeCertificates();
  const { store, answer } = memoryApi(objects, hooks);
  const api = await startLoopbackApi(certificates, answer);
  const clock = quickClock();
  const cluster = connect({ kubeconfig: api.kubeconfig, clock });
  const lines: string[] = [];
  const context = { signal: new AbortController().signal, progress: (line: string) => void lines.push(line), lines };
  const ports = { cluster: async () => cluster, clock };
  const handlers = new Map<string, AnyHandler>(kubeHandlers(ports).map((handler) => [handler.kind, handler]));
  return {
    ...{ cluster, store, clock, requests: api.requests, ports, context },
    async carryOut(operation) {
      const handler = handlers.get(operation.kind) as AnyHandler;
      const found = await handler.find(operation, context);
      if (found.state === 'done') return 'done';
      if (operation.assumes !== '') expect(found.fingerprint).toBe(operation.assumes);
      await handler.ensure(operation, context);
      await handler.verify(operation, context);
      expect(await handler.find(operation, context)).toEqual({ state: 'done' });
      return 'changed';
    },
    writes: () => api.requests.filter((line) => !line.startsWith('GET')),
    async close() {
      await cluster.close();
      await api.close();
    },
  };
}

/** An object of farthing's, in namespace `stats` unless another ('' = none) is named. */
export function makeObject(
  apiVersion: string,
  kind: string,
  name: string,
  rest: object = {},
  namespace: string | undefined = 'stats',
): Manifest & LiveObject {
  const metadata = { name, labels: { 'app.kubernetes.io/managed-by': 'farthing' }, ...(namespace ? { namespace } : {}) };
  return { apiVersion, kind, metadata, ...rest } as unknown as Manifest & LiveObject;
}
