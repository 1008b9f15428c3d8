import type { Entry, ListTree, MapTree, ScalarTree, Tree } from './tree.ts';

/** Two files that cannot be merged at a place. */
export interface MergeProblem {
  readonly path: string;
  readonly tree: Tree;
}

/** Keys of a service that are a map or a list of `K=V`; they merge by name. */
const byName = new Set(['environment', 'labels', 'extra_hosts', 'annotations', 'sysctls', 'depends_on', 'networks', 'args']);
const replaced = /^services\.[^.]+\.(command|entrypoint|healthcheck\.test)$/;

/**
 * Lays a later file over an earlier one (compose-spec 13-merge.md): maps merge, lists append,
 * command, entrypoint and healthcheck.test are replaced; what has to be unique (ports, volumes by
 * target, …) is sorted out by whoever reads the list, where the last one wins.
 */
export function mergeTrees(base: Tree, over: Tree, problems: MergeProblem[], path = ''): Tree {
  if (over.tag === 'override') return over;
  const named = byName.has(path.split('.').at(-1) ?? '') && path.startsWith('services.');
  const left = named ? asMap(base) : base;
  const right = named ? asMap(over) : over;
  if (isNull(right)) return left;
  if (isNull(left) || replaced.test(path)) return right;
  if (left.kind === 'map' && right.kind === 'map') return mergeMaps(left, right, problems, path);
  if (left.kind === 'scalar' && right.kind === 'scalar') return right;
  if (left.kind === 'list' || right.kind === 'list') {
    // A single text beside a list is a list of one: tmpfs, env_file, dns.
    const items = (tree: Tree) => (tree.kind === 'list' ? tree.items : tree.kind === 'scalar' ? [tree] : undefined);
    const [a, b] = [items(left), items(right)];
    if (a && b) return { kind: 'list', at: right.at, items: [...a, ...b] } satisfies ListTree;
  }
  problems.push({ path, tree: over });
  return right;
}

/** Takes `!reset` entries out of a file that stands alone or is merged. */
export function dropResets(tree: Tree): Tree {
  if (tree.kind === 'list') return { ...tree, items: tree.items.filter((item) => item.tag !== 'reset').map(dropResets) };
  if (tree.kind !== 'map') return tree;
  return { ...tree, entries: tree.entries.filter((e) => e.value.tag !== 'reset').map((e) => ({ ...e, value: dropResets(e.value) })) };
}

function mergeMaps(base: MapTree, over: MapTree, problems: MergeProblem[], path: string): MapTree {
  const entries = new Map<string, Entry>(base.entries.map((entry) => [entry.key, entry]));
  for (const entry of over.entries) {
    const before = entries.get(entry.key);
    const below = path === '' ? entry.key : `${path}.${entry.key}`;
    entries.set(
      entry.key,
      before && entry.value.tag !== 'reset' ? { ...entry, value: mergeTrees(before.value, entry.value, problems, below) } : entry,
    );
  }
  return { kind: 'map', at: over.at, entries: [...entries.values()] };
}

/** `[A=1, B]` as `{A: 1, B: null}`, `[db]` as `{db: null}`. */
function asMap(tree: Tree): Tree {
  if (tree.kind !== 'list') return tree;
  const entries = tree.items.map((item): Entry => {
    const text = item.kind === 'scalar' ? String(item.value ?? '') : '';
    const equals = text.indexOf('=');
    const value = equals < 0 ? null : text.slice(equals + 1);
    return {
      key: equals < 0 ? text : text.slice(0, equals),
      keyAt: item.at,
      value: { kind: 'scalar', at: item.at, value, source: value ?? '' } satisfies ScalarTree,
    };
  });
  return { kind: 'map', at: tree.at, entries, ...(tree.tag ? { tag: tree.tag } : {}) };
}

function isNull(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}
