import type { HostFacts, Reachability } from '../host/index.ts';
import type { LiveObject } from '../kube/index.ts';
import type { Unknown } from '../operation/index.ts';

/** One look at everything. `hosts` has an entry for each machine that was asked, facts or the reason there are none. */
export interface World {
  /** ISO time of the look. */
  readonly at: string;
  readonly hosts: Readonly<Record<string, HostFacts | { readonly unreachable: Unknown }>>;
  readonly cluster: ClusterWorld;
  /** Tries from machine to machine; empty once all are in the cluster, which proves it. */
  readonly reach?: readonly Reachability[];
}

/** The cluster as the API shows it. */
export type ClusterWorld =
  | { readonly state: 'absent' }
  | { readonly state: 'unknown'; readonly unknown: Unknown }
  | {
      readonly state: 'present';
      readonly id: string;
      readonly nodes: readonly NodeWorld[];
      readonly inventory: Inventory | undefined;
      /** Every object labelled as farthing's, all kinds farthing renders. */
      readonly objects: readonly LiveObject[];
      readonly pods: readonly LiveObject[];
      readonly volumes: readonly LiveObject[];
      readonly claims: readonly LiveObject[];
      /** Packaged add-ons that differ from what K3s shipped: deployment missing or scaled to nothing. */
      readonly addons: readonly { readonly name: string; readonly problem: string | undefined }[];
      /** Who holds the cluster lease, when somebody does. */
      readonly lease: { readonly holder: string; readonly since: string; readonly renewed: string } | undefined;
    };

/** One Node, condensed. */
export interface NodeWorld {
  readonly name: string;
  readonly ready: boolean;
  readonly arch: string;
  readonly address: string;
  readonly uid: string;
  readonly role: 'server' | 'agent';
  readonly version: string;
  readonly memory: number;
  readonly cpus: number;
  readonly unschedulable: boolean;
  /** What the node says is wrong with it, in words: not ready, disk or memory pressure. */
  readonly troubles?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What farthing made, kept in the cluster (ConfigMap farthing-system/farthing-inventory): what
 * disappears from the file can still be found.
 */
export interface Inventory {
  readonly version: 1;
  /** farthing's version that wrote it last. */
  readonly farthing: string;
  readonly cluster: { readonly id: string; readonly name: string };
  readonly machines: readonly {
    readonly name: string;
    readonly target: string;
    readonly port?: number;
    readonly role: 'server' | 'agent';
    readonly hostKeys: readonly string[];
    readonly address: string;
  }[];
  readonly apps: readonly { readonly name: string; readonly objects: readonly string[]; readonly volumes: readonly string[] }[];
}
