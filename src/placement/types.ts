import type { Arch, Bytes, Millicpu } from '../common/index.ts';
import type { Platforms } from '../images/index.ts';

/** A node as placement sees it. */
export interface PlacementNode {
  readonly name: string;
  /** undefined when unknown. */
  readonly arch: Arch | undefined;
  readonly role: 'server' | 'agent';
  /** What workloads may use, after K3s and the system. undefined when unknown. */
  readonly memory: Bytes | undefined;
  readonly cpus: Millicpu | undefined;
}

/** What has to run together: one pod's images, wishes and the volumes that may pin it. */
export interface PlacementUnit {
  /** `stats/db`. */
  readonly id: string;
  readonly images: readonly Platforms[];
  readonly memory: Bytes;
  readonly cpus: Millicpu;
  readonly prefer: readonly string[];
  readonly require: readonly string[];
  /** Node names its existing volumes are on. */
  readonly pinnedTo: readonly string[];
  /** How many pods of it run; each needs the memory and CPU. Default 1. */
  readonly replicas?: number;
}

/** Where one unit goes and why. */
export type Decision =
  | {
      readonly kind: 'placed';
      readonly unit: string;
      /** Required architectures; empty = any. */
      readonly arches: readonly Arch[];
      /** Required node names (volume, `require:`); empty = any. */
      readonly nodes: readonly string[];
      /** The part of `nodes` that comes from the file alone: what a pod template may say, since a volume pins its pod by itself. */
      readonly requiredByFile: readonly string[];
      /** Soft preferences: architecture or node names, best first. */
      readonly prefer: readonly string[];
      /** Where packing expects it; undefined when the nodes' sizes are unknown. */
      readonly expected: string | undefined;
      readonly pinned: boolean;
      /** One sentence. */
      readonly why: string;
    }
  | { readonly kind: 'impossible'; readonly unit: string; readonly why: string; readonly hint?: string };
