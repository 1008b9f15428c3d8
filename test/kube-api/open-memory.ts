import type { RunContext } from '../../operation/index.ts';
import { connect } from '../connect.ts';
import type { Cluster } from '../types.ts';
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
  return {
    cluster,
    store,
    clock,
    requests: api.requests,
    ports: { cluster: async () => cluster, clock },
    context: { signal: new AbortController().signal, progress: (line) => lines.push(line), lines },
    async close() {
      await cluster.close();
      await api.close();
    },
  };
}
