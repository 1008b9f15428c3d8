import type { Diagnostic, Money } from '../common/index.ts';
import type { Finding, Operation, Unknown } from '../operation/index.ts';
import type { Decision } from '../placement/index.ts';

/** What `up` would do, all of it plain data. The same inputs give the same plan, byte for byte. */
export interface Plan {
  readonly cluster: string;
  /** Whether there is a cluster already: then its lease is held while the plan runs. */
  readonly clusterExists: boolean;
  /** What the plan is for: `up`, `up stats`, `down`, `prune`. */
  readonly command: string;
  readonly machines: readonly PlannedMachine[];
  readonly operations: readonly Operation[];
  readonly placements: readonly Placement[];
  readonly cost: Cost;
  readonly unknowns: readonly Unknown[];
  /** What makes the plan impossible; nothing is done while there is one. */
  readonly refusals: readonly Diagnostic[];
  readonly findings: readonly Finding[];
  /** Volumes nobody mounts any more: kept until `farthing prune`. */
  readonly kept: readonly KeptVolume[];
}

/** One machine of the plan. */
export interface PlannedMachine {
  readonly name: string;
  readonly target: string;
  readonly role: 'server' | 'agent';
  readonly arch: string;
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
  /** What it is now: `bare`, `joined`, `unreachable`, `not looked at`, `leaving`. */
  readonly state: string;
  /** Bytes requested by workloads expected there, and what is left for them. */
  readonly used: number;
  readonly free: number | undefined;
}

/** A decision with the request it was made for. */
export interface Placement {
  readonly app: string;
  readonly service: string;
  readonly memory: number;
  readonly cpus: number;
  /** Where the request came from: the file, the compose file, the catalogue. */
  readonly memoryFrom: string;
  readonly image: string;
  readonly platforms: readonly string[];
  readonly certainty: string;
  readonly decision: Decision;
}

/** The bill a month. */
export interface Cost {
  readonly total: readonly Money[];
  readonly lines: readonly { readonly what: string; readonly money: Money; readonly note: string }[];
}

/** A volume that outlived its app or its service. */
export interface KeptVolume {
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  readonly size: number | undefined;
}
