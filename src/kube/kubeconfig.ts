import { isDeepStrictEqual } from 'node:util';
import { isMap, isSeq, parse, parseDocument, stringify, type YAMLSeq } from 'yaml';
import { FarthingError } from '../common/index.ts';

/** What `farthing kubeconfig` adds. Everything in it goes into one context, cluster and user of the same name. */
export interface KubeconfigEntry {
  /** K3s' own admin kubeconfig, as read from the server. Secret. */
  readonly kubeconfig: string;
  /** The address to write: `https://127.0.0.1:PORT` of the forward, or a public one. */
  readonly server: string;
  /** The cluster's random id, by which the entry is known as ours. */
  readonly id: string;
  /** Name the certificate is checked against, when `server` is none of its names. */
  readonly servername?: string;
  /** Make it the current context also when there is one already. */
  readonly use?: boolean;
}

const lists = ['clusters', 'users', 'contexts'] as const;
type List = (typeof lists)[number];
const mark = 'farthing';

interface Named {
  readonly name?: unknown;
  readonly [key: string]: unknown;
}
type Config = Readonly<Record<string, unknown>> & Partial<Record<List, Named[] | null>>;

/**
 * Adds or renews the entry `name` in a kubeconfig's text ('' or undefined = a new file); every other
 * byte stays as it is. Throws FAR-KUBE-007 when an entry of that name is not this cluster's, or the
 * file cannot be read. The caller writes it, mode 0600.
 */
export function mergeKubeconfig(existing: string | undefined, entry: KubeconfigEntry, name: string): string {
  const text = existing ?? '';
  const config = read(text);
  refuseForeign(config, name, entry.id);
  const source = parse(entry.kubeconfig) as { clusters: { cluster: object }[]; users: { user: object }[] };
  const extensions = [{ name: mark, extension: { cluster: entry.id } }];
  const cluster = {
    ...source.clusters[0]?.cluster,
    server: entry.server,
    ...(entry.servername ? { 'tls-server-name': entry.servername } : {}),
    extensions,
  };
  const mine: Record<List, Named> = {
    clusters: { name, cluster },
    users: { name, user: { ...source.users[0]?.user } },
    contexts: { name, context: { cluster: name, user: name, extensions } },
  };
  let merged = text.trim() === '' ? 'apiVersion: v1\nkind: Config\n' : text;
  for (const list of lists) merged = setItem(merged, list, name, mine[list]);
  const current = config['current-context'];
  if (!current || entry.use) merged = setCurrent(merged, name);
  return merged;
}

/**
 * Takes the entry `name` out again; the text as it was when it is not there. Throws FAR-KUBE-007 when
 * farthing did not make it. The cluster itself need not exist any more, so its id is not asked for.
 */
export function removeFromKubeconfig(existing: string, name: string): string {
  const config = read(existing);
  if (!lists.some((list) => find(config, list, name))) return existing;
  refuseForeign(config, name);
  let text = existing;
  for (const list of lists) text = setItem(text, list, name, undefined);
  if (config['current-context'] === name) text = setCurrent(text, '');
  return text;
}

function read(text: string): Config {
  let config: unknown;
  try {
    config = text.trim() === '' ? {} : parse(text);
  } catch (thrown) {
    throw new FarthingError('FAR-KUBE-007', 'The kubeconfig is not valid YAML, so nothing was written to it.', {
      cause: thrown,
      hint: 'Mend it, or name another file in KUBECONFIG.',
    });
  }
  if (config === null || typeof config !== 'object' || Array.isArray(config)) {
    throw new FarthingError('FAR-KUBE-007', 'The file is no kubeconfig, so nothing was written to it.', {
      hint: 'Name another file in KUBECONFIG.',
    });
  }
  return config as Config;
}

function find(config: Config, list: List, name: string): Named | undefined {
  return (config[list] ?? []).find((item) => item?.name === name);
}

/** Cluster and context carry our mark; a user cannot (kubectl has no place for it there that all tools keep). */
/** `id` undefined: any cluster of farthing's. */
function refuseForeign(config: Config, name: string, id?: string): void {
  const foreign = (list: 'clusters' | 'contexts', inner: string): boolean => {
    const item = find(config, list, name)?.[inner] as { extensions?: { name?: unknown; extension?: { cluster?: unknown } }[] } | undefined;
    return (
      item !== undefined && !(item.extensions ?? []).some((one) => one.name === mark && (id === undefined || one.extension?.cluster === id))
    );
  };
  const orphanUser =
    find(config, 'users', name) !== undefined &&
    find(config, 'contexts', name) === undefined &&
    find(config, 'clusters', name) === undefined;
  if (!foreign('clusters', 'cluster') && !foreign('contexts', 'context') && !orphanUser) return;
  throw new FarthingError('FAR-KUBE-007', `The kubeconfig already has an entry ${name} that is not this cluster's.`, {
    hint: `Rename or remove it (kubectl config delete-context ${name}; delete-cluster, delete-user), or choose another name with --context.`,
  });
}

/** Puts one item into a list, in place of the one of that name, or takes it out (undefined). */
function setItem(text: string, list: List, name: string, item: Named | undefined): string {
  const spliced = splice(text, list, name, item);
  const want = expected(text, list, name, item);
  if (spliced !== undefined && isDeepStrictEqual(safeParse(spliced), want)) return spliced;
  // An unusual layout (flow style, anchors): right before pretty.
  const document = parseDocument(text);
  document.set(list, want[list]);
  return document.toString({ lineWidth: 0 });
}

function safeParse(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function expected(text: string, list: List, name: string, item: Named | undefined): Config {
  const config = { ...(parse(text) as Config) };
  const items = [...(config[list] ?? [])];
  const at = items.findIndex((other) => other?.name === name);
  if (at >= 0) items.splice(at, 1, ...(item ? [item] : []));
  else if (item) items.push(item);
  return { ...config, [list]: items };
}

/** Edits the text line by line around one list, so that nothing else moves; undefined when its layout is not the usual one. */
function splice(text: string, list: List, name: string, item: Named | undefined): string | undefined {
  const document = parseDocument(text);
  if (!isMap(document.contents) || document.contents.flow) return undefined;
  const pair = document.contents.items.find((entry) => String(entry.key) === list);
  if (!pair) return item ? `${text}${text.endsWith('\n') ? '' : '\n'}${list}:\n${block(item, 0)}` : text;
  const value = pair.value as YAMLSeq | null;
  const key = pair.key as { range: [number, number, number] };
  if (!isSeq(value) || value.items.length === 0) {
    if (!item) return text;
    const end = lineEnd(text, key.range[1]);
    return `${text.slice(0, key.range[0])}${list}:\n${block(item, 0)}${text.slice(end)}`;
  }
  if (value.flow) return undefined;
  const starts = value.items.map((entry) => lineStart(text, (entry as { range: [number, number, number] }).range[0]));
  const indent = text.slice(starts[0]).search(/-/);
  const stop = blockEnd(text, starts.at(-1) ?? 0, indent);
  const bounds = [...starts, stop];
  const at = value.items.findIndex((entry) => isMap(entry) && entry.get('name') === name);
  const made = item ? block(item, indent) : '';
  if (at < 0) return text.slice(0, stop) + (text.slice(0, stop).endsWith('\n') ? '' : '\n') + made + text.slice(stop);
  const rest = text.slice(0, bounds[at]) + made + text.slice(bounds[at + 1]);
  if (item || value.items.length > 1) return rest;
  return `${text.slice(0, key.range[0])}${list}: []\n${text.slice(stop)}`;
}

/** One list item as block text. */
function block(item: Named, indent: number): string {
  return stringify([item], { lineWidth: 0 }).replace(/^(?=.)/gm, ' '.repeat(indent));
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

/** Where the last item of a list ends: before the next line that is indented no deeper than its dash. */
function blockEnd(text: string, from: number, indent: number): number {
  let at = lineEnd(text, from);
  while (at < text.length) {
    const line = text.slice(at, lineEnd(text, at));
    const depth = line.search(/\S/);
    if (depth >= 0 && depth <= indent) break;
    at = lineEnd(text, at);
  }
  return at;
}

function setCurrent(text: string, name: string): string {
  const line = `current-context: ${stringify(name).trim()}`;
  const found = /^current-context:.*$/m;
  const set = found.test(text) ? text.replace(found, () => line) : `${text}${text.endsWith('\n') ? '' : '\n'}${line}\n`;
  if ((safeParse(set) as Config | undefined)?.['current-context'] === name) return set;
  const document = parseDocument(text);
  document.set('current-context', name);
  return document.toString({ lineWidth: 0 });
}
