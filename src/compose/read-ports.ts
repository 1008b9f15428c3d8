import type { Location } from '../common/index.ts';
import type { Problems } from './problems.ts';
import { readInteger, readMap, readText } from './scalars.ts';
import type { Tree } from './tree.ts';
import type { Port } from './types.ts';

const short = /^(?:(\[[0-9a-fA-F:.]+\]|\d+(?:\.\d+){3}):)?(?:(\d*)(?:-(\d+))?:)?(\d+)(?:-(\d+))?(?:\/(\w+))?$/;

/** `ports:` in short or long form; ranges are spelled out, what is there twice is kept once. */
export function readPorts(tree: Tree, problems: Problems): readonly Port[] {
  if (tree.kind !== 'list') {
    problems.error(tree.at, 'ports has to be a list');
    return [];
  }
  const ports = tree.items.flatMap((item) => (item.kind === 'map' ? readLong(item, problems) : readShort(item, problems)));
  const key = (port: Port) => `${port.target}/${port.protocol}/${port.published ?? ''}`;
  return [...new Map(ports.map((port) => [key(port), port])).values()];
}

/** `expose:` ports or ranges, as text or numbers. */
export function readExpose(tree: Tree, problems: Problems): readonly { readonly target: number; readonly protocol: 'tcp' | 'udp' }[] {
  const items = tree.kind === 'list' ? tree.items : [tree];
  const found = items.flatMap((item) => {
    const text = readText(item, 'expose', problems);
    const match = text === undefined ? undefined : /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(text);
    if (text !== undefined && !match) problems.error(item.at, 'expose has to be a port such as 3306 or 53/udp');
    const protocol = match && readProtocol(match[3], item.at, problems);
    return match && protocol ? spread(match[1], match[2], item.at, problems).map((target) => ({ target, protocol })) : [];
  });
  return [...new Map(found.map((port) => [`${port.target}/${port.protocol}`, port])).values()];
}

function readShort(item: Tree, problems: Problems): Port[] {
  const text = readText(item, 'a port', problems);
  if (text === undefined) return [];
  const match = short.exec(text);
  if (!match) {
    problems.error(item.at, 'this is not a port', 'Write "8080:80", "127.0.0.1:8080:80", "53:53/udp" or "80".');
    return [];
  }
  const [, , from, to, target, last, word] = match;
  const protocol = readProtocol(word, item.at, problems);
  if (!protocol) return [];
  const targets = spread(target, last, item.at, problems);
  const published = from ? spread(from, to, item.at, problems) : [];
  // `8000-8010:80` lets Docker choose one of the range; nothing is published here, so none is kept.
  const paired = published.length === targets.length;
  if (published.length > 0 && !paired && targets.length > 1) problems.error(item.at, 'the two ranges are not of the same length');
  return targets.map((port, i) => ({ target: port, protocol, ...(paired ? { published: published[i] as number } : {}) }));
}

function readLong(item: Tree, problems: Problems): Port[] {
  const map = readMap(item, 'a port', ['name', 'mode', 'host_ip', 'target', 'published', 'protocol', 'app_protocol'], problems);
  const value = (key: string) => map?.entries.find((e) => e.key === key)?.value;
  const target = value('target');
  if (!target) {
    problems.error(item.at, 'a port needs a target, the port inside the container');
    return [];
  }
  const inside = readInteger(target, 'target', problems, 1);
  const published = value('published');
  const outside =
    published && /^\d+$/.test(String(published.kind === 'scalar' ? published.value : ''))
      ? readInteger(published, 'published', problems)
      : undefined;
  const word = value('protocol');
  const protocol = readProtocol(word ? readText(word, 'protocol', problems) : undefined, item.at, problems);
  if (inside === undefined || !protocol || !inRange(inside, item.at, problems)) return [];
  return [{ target: inside, protocol, ...(outside === undefined ? {} : { published: outside }) }];
}

function readProtocol(word: string | undefined, at: Location, problems: Problems): 'tcp' | 'udp' | undefined {
  const protocol = (word ?? 'tcp').toLowerCase();
  if (protocol === 'tcp' || protocol === 'udp') return protocol;
  problems.error(at, `"${protocol}" is not a protocol farthing knows`, 'Use tcp or udp.');
  return undefined;
}

function spread(first: string | undefined, last: string | undefined, at: Location, problems: Problems): number[] {
  const [from, to] = [Number(first), Number(last ?? first)];
  if (!inRange(from, at, problems) || !inRange(to, at, problems)) return [];
  if (to < from || to - from > 1000) {
    problems.error(at, 'this range of ports is backwards or longer than 1000');
    return [];
  }
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function inRange(port: number, at: Location, problems: Problems): boolean {
  if (port >= 1 && port <= 65_535) return true;
  problems.error(at, 'a port has to be between 1 and 65535');
  return false;
}
