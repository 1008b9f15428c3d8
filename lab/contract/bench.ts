import type { Facts } from './facts.ts';
import type { Options } from './options.ts';
import type { Host } from './remote.ts';

/** One host under test, and what is known of it. */
export interface Subject {
  readonly host: Host;
  readonly facts: Facts;
}

/** Everything a check may use. */
export interface Bench {
  readonly options: Options;
  readonly server: Subject;
  readonly agent?: Subject;
  /** True when the release is the lab's own imitation. */
  readonly standIn: boolean;
  /** Parsed image registry settings that every registries.yaml of the run carries, or empty. */
  readonly mirrors: Readonly<Record<string, unknown>>;
  /** What scenes remember for their checks. */
  readonly memory: Map<string, string>;
}

/** Where the suite keeps its files on a host; removed at the end. */
export const staging = '/var/tmp/k3s-contract';
/** K3s' data directory and configuration folder. */
export const dataDir = '/var/lib/rancher/k3s';
/** Configuration folder. */
export const confDir = '/etc/rancher/k3s';

/** The secrets of the clusters that the suite makes. */
export const serverPassword = 'contract-server-secret';
/** What agents join with. */
export const agentPassword = 'contract-agent-secret';

/** The text that a scene remembered; throws when its scene did not get that far. */
export function recall(bench: Bench, key: string): string {
  const value = bench.memory.get(key);
  if (value === undefined) throw new Error(`nothing was remembered about ${key}: an earlier step failed`);
  return value;
}

/** The agent; only for scenes that are skipped without one. */
export function agentOf(bench: Bench): Subject {
  if (bench.agent === undefined) throw new Error('this check needs --agent');
  return bench.agent;
}
