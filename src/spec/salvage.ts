import type { z } from 'zod';
import { didYouMean } from '../common/index.ts';
import { asMap } from './plain.ts';
import { FarthingFile } from './schema.ts';
import { keysAt } from './schema-keys.ts';
import type { IssueParams } from './value.ts';

type Tree = { [key: string]: unknown };

/**
 * What is left of a wrong file when its wrong parts are taken out, so that the parts that are right
 * can be looked at in the same run. What cannot be done without is made up: whoever sees that the
 * file has errors goes no further than looking. A machine without a usable ssh target keeps its
 * place, so that a slip there does not bring up an app that fits nowhere as well.
 */
export function salvage(data: unknown): FarthingFile | undefined {
  const tree = structuredClone(data) as Tree;
  for (let round = 0; round < 6; round += 1) {
    fillIn(tree);
    const parsed = FarthingFile.safeParse(tree);
    if (parsed.success) return withServer(parsed.data);
    for (const issue of parsed.error.issues) takeOut(tree, issue);
  }
  return undefined;
}

/** A file without a server has said so already; the rest is looked at as if the first machine were it. */
function withServer(file: FarthingFile): FarthingFile {
  const [first] = Object.entries(file.machines);
  if (!first || Object.values(file.machines).some((machine) => machine.role === 'server')) return file;
  return { ...file, machines: { ...file.machines, [first[0]]: { ...first[1], role: 'server' } } };
}

function fillIn(tree: Tree): void {
  tree.version = 1;
  tree.name ??= 'unnamed';
  tree.machines ??= {};
  const k3s = asMap(tree.k3s);
  tree.k3s = { ...k3s, version: k3s.version ?? 'v0.0.0+k3s1' };
}

function takeOut(tree: Tree, issue: z.core.$ZodIssue): void {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const map = at(tree, path);
    for (const key of issue.keys) {
      if (!map) continue;
      // Read as it was meant, so that a slip in `memory` does not hide that an app fits nowhere.
      const meant = didYouMean(key, keysAt(path));
      if (meant !== undefined && !Object.hasOwn(map, meant)) map[meant] = map[key];
      delete map[key];
    }
    return;
  }
  if (path[0] === 'machines' && path.length === 3 && path[2] === 'ssh') {
    const machine = at(tree, path.slice(0, 2));
    if (machine) machine.ssh = path[1];
    return;
  }
  const params: IssueParams = issue.code === 'custom' ? (issue.params ?? {}) : {};
  // Lists are dropped whole: what is left of one might mean something else.
  const list = path.findIndex((_part, i) => Array.isArray(at(tree, path.slice(0, i))));
  const cut = list === -1 ? (params.missing ? path.slice(0, -1) : path) : path.slice(0, list);
  const map = at(tree, cut.slice(0, -1));
  const key = cut.at(-1) ?? '';
  // As the message proposes it.
  if (key === 'memory' && /^\d+$/.test(String(map?.[key])) && map) map[key] = `${map[key]}MiB`;
  else delete map?.[key];
}

function at(tree: Tree, path: readonly string[]): Tree | undefined {
  let found: unknown = tree;
  for (const part of path) {
    const map = Array.isArray(found) ? undefined : asMap(found);
    found = map && Object.hasOwn(map, part) ? map[part] : undefined;
  }
  return typeof found === 'object' && found !== null ? (found as Tree) : undefined;
}
