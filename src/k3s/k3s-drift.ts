import { sha256 } from '../common/index.ts';
import type { HostFacts, K3sFacts } from '../host/index.ts';
import type { Operation } from '../operation/index.ts';
import { type After, configOperation, nodeOperation, stageOperation, unitOperation } from './operations.ts';
import type { NodeFiles, WantedNode } from './types.ts';

/**
 * What has to be done to make a host the wanted node; [] when it is. A K3s of another version is left
 * as it is: `up` never upgrades. `after`: what must be done before K3s may start.
 */
export function k3sDrift(facts: HostFacts, wanted: WantedNode, { after = [] }: After = {}): readonly Operation[] {
  const k3s = facts.k3s;
  const stage = stageNeed(k3s, wanted);
  const operations: Operation[] = stage === undefined ? [] : [stageOperation(facts, wanted, stage)];
  const first = [...after, ...operations.map((operation) => operation.id)];
  if (k3s?.role === undefined) {
    const why = wanted.role === 'server' ? 'there is no cluster yet' : `${wanted.machine} is not in the cluster`;
    return [...operations, nodeOperation(facts, wanted, why, { after: first })];
  }
  if (k3s.role !== wanted.role) return []; // preflight refuses this
  const unit = unitNeed(k3s);
  const config = configNeed(k3s, wanted.files);
  if (stage !== undefined || unit !== undefined) {
    const why = unit ?? 'K3s runs from another file than the one just put back';
    return [...operations, unitOperation(facts, wanted, config === undefined ? why : `${why}; ${config}`, { after: first })];
  }
  if (config !== undefined) return [configOperation(facts, wanted, config, { after: first })];
  if (k3s.unitState !== 'active') {
    return [nodeOperation(facts, wanted, `K3s does not run (its unit is ${k3s.unitState})`, { after: first })];
  }
  return [];
}

function stageNeed(k3s: K3sFacts | undefined, wanted: WantedNode): string | undefined {
  const { binary, installScript, version } = wanted.release;
  const installed = k3s?.role !== undefined;
  if (installed && k3s.version !== undefined && k3s.version !== version && k3s.binarySha256 !== undefined) return undefined;
  if (k3s?.binarySha256 === undefined) return `K3s ${version} is not on the host yet`;
  if (k3s.binarySha256 !== binary.sha256) return `the file /usr/local/bin/k3s is not that of ${version}`;
  if (k3s.installScriptSha256 === undefined) return 'the install script is not on the host yet';
  if (k3s.installScriptSha256 !== installScript.sha256) return `the install script is not that of ${version}`;
  return undefined;
}

function unitNeed(k3s: K3sFacts): string | undefined {
  if (k3s.unitRecordedSha256 === undefined) return 'the installation was broken off before its end';
  if (k3s.unitSha256 !== k3s.unitRecordedSha256) return 'the unit is not the one that was installed';
  if (!k3s.enabled) return 'the unit is not started at boot';
  return undefined;
}

/** Why K3s has to be configured anew; undefined when its files are as wanted and it has read them. */
export function configNeed(k3s: K3sFacts, files: NodeFiles): string | undefined {
  const needs: string[] = [];
  if (k3s.config !== files.config) needs.push(changedKeys(k3s.config ?? '', files.config));
  const registries = files.registries === undefined ? undefined : sha256(files.registries.reveal());
  if (k3s.registriesSha256 !== registries) needs.push('registries.yaml differs from the file');
  if (needs.length === 0 && k3s.stale) needs.push('its configuration was changed after it was started');
  return needs.length > 0 ? needs.join('; ') : undefined;
}

/** Which top-level keys of config.yaml differ, by lines: enough for a person, and no parser that can fail on what they typed. */
function changedKeys(have: string, want: string): string {
  const keys = (text: string) => {
    const found = new Map<string, string>();
    let key = '';
    for (const line of text.split('\n')) {
      const match = /^([\w+-]+):/.exec(line);
      if (match) key = match[1] as string;
      if (!line.startsWith('#') && key !== '') found.set(key, `${found.get(key) ?? ''}${line.trimEnd()}\n`);
    }
    return found;
  };
  const [a, b] = [keys(have), keys(want)];
  const differing = [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key)?.trim() !== b.get(key)?.trim()).sort();
  return differing.length > 0 ? `config.yaml differs from the file in ${differing.join(', ')}` : 'config.yaml differs from the file';
}
