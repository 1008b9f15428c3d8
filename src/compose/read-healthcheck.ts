import type { Problems } from './problems.ts';
import { readBoolean, readDuration, readInteger, readMap, readText } from './scalars.ts';
import { entryOf, type Tree } from './tree.ts';
import type { Healthcheck } from './types.ts';

/** Docker's own defaults; Kubernetes' differ, so they are always written out. */
const defaults = { interval: 30_000, timeout: 30_000, retries: 3, startPeriod: 0 };

/** `healthcheck:`; `none` when it is switched off, an empty `test` when only times are given (the image's own test). */
export function readHealthcheck(tree: Tree, problems: Problems): Healthcheck | 'none' | undefined {
  const keys = ['test', 'interval', 'timeout', 'retries', 'start_period', 'start_interval', 'disable'];
  const map = readMap(tree, 'healthcheck', keys, problems);
  if (!map) return undefined;
  const value = (key: string) => entryOf(map, key)?.value;
  const disable = value('disable');
  if (disable && readBoolean(disable, 'healthcheck.disable', problems)) return 'none';
  const test = value('test');
  const words = test ? readTest(test, problems) : [];
  if (words === 'none' || words === undefined) return words;
  const time = (key: string, otherwise: number) => {
    const found = value(key);
    return (found && readDuration(found, `healthcheck.${key}`, problems)) || otherwise;
  };
  const retries = value('retries');
  const startInterval = entryOf(map, 'start_interval');
  if (startInterval) problems.note('healthcheck.start_interval', startInterval.keyAt, 'checks come at `interval` from the start');
  return {
    test: words,
    interval: time('interval', defaults.interval),
    timeout: time('timeout', defaults.timeout),
    retries: (retries && readInteger(retries, 'healthcheck.retries', problems)) || defaults.retries,
    startPeriod: time('start_period', defaults.startPeriod),
  };
}

/** A text or CMD-SHELL needs a shell; Kubernetes runs words only. */
function readTest(tree: Tree, problems: Problems): readonly string[] | 'none' | undefined {
  if (tree.kind === 'scalar') {
    const text = readText(tree, 'healthcheck.test', problems);
    return text === undefined ? undefined : ['/bin/sh', '-c', text];
  }
  const words = tree.kind === 'list' ? tree.items.map((item) => readText(item, 'healthcheck.test', problems) ?? '') : [];
  const [kind, ...rest] = words;
  if (kind === 'NONE') return 'none';
  if (kind === 'CMD' && rest.length > 0) return rest;
  if (kind === 'CMD-SHELL' && rest.length === 1) return ['/bin/sh', '-c', rest[0] as string];
  problems.error(tree.at, 'healthcheck.test has to be a text, or a list that starts with CMD, CMD-SHELL or NONE');
  return undefined;
}
