import type { Sealed } from '../common/index.ts';
import type { Release } from './release.ts';

/** A node as the file wants it; what the plan compares a host with. */
export interface WantedNode {
  readonly machine: string;
  readonly role: 'server' | 'agent';
  /** Name of the machine that is the server. */
  readonly server: string;
  readonly release: Release;
  /** PEM text of a private CA for the downloads. */
  readonly downloadCa?: string;
  readonly files: NodeFiles;
}

/** The files of /etc/rancher/k3s that come from farthing.yaml. */
export interface NodeFiles {
  /** config.yaml. */
  readonly config: string;
  /** registries.yaml; may hold passwords. */
  readonly registries?: Sealed;
  /** Others by path, such as a registry's CA. */
  readonly others: Readonly<Record<string, string>>;
}

/** Data of `k3s.stage`. */
export interface StageData {
  readonly machine: string;
  readonly release: Release;
  readonly ca?: string;
}

/** Data of `k3s.server`, `k3s.agent`, `k3s.config` and `k3s.unit`. */
export interface NodeData {
  readonly machine: string;
  readonly role: 'server' | 'agent';
  readonly server: string;
  readonly files: NodeFiles;
}

/** Data of `k3s.leave`. */
export interface LeaveData {
  readonly machine: string;
  /** Folder on the host that the data of its volumes is put aside in; absent: it goes with K3s. */
  readonly keep?: string;
}
