import type { Problems } from './problems.ts';
import { readBoolean, readMap, readText } from './scalars.ts';
import { entryOf, type Tree } from './tree.ts';
import type { Service } from './types.ts';

type Condition = Service['dependsOn'][number]['condition'];
const conditions: readonly Condition[] = ['service_started', 'service_healthy', 'service_completed_successfully'];

/**
 * `depends_on:` as a list or a map. `enabled` are the services of the chosen profiles, `all` those
 * of the file: naming a disabled one is an error unless it is not required.
 */
export function readDependsOn(
  tree: Tree,
  enabled: ReadonlySet<string>,
  all: ReadonlySet<string>,
  problems: Problems,
): Service['dependsOn'] {
  const found = new Map<string, Condition>();
  const add = (name: string, item: Tree, condition: Condition, required: boolean) => {
    if (enabled.has(name)) found.set(name, condition);
    else if (required && all.has(name))
      problems.error(item.at, `it depends on "${name}", whose profile is not chosen`, 'Add the profile to the app in farthing.yaml.');
    else if (required) problems.error(item.at, `it depends on "${name}", which is no service of the file`);
  };
  if (tree.kind === 'list') {
    for (const item of tree.items) {
      const name = readText(item, 'depends_on', problems);
      if (name !== undefined) add(name, item, 'service_started', true);
    }
    return [...found].map(([service, condition]) => ({ service, condition }));
  }
  if (tree.kind !== 'map') {
    problems.error(tree.at, 'depends_on has to be a list or a map');
    return [];
  }
  for (const entry of tree.entries) {
    const value = entry.value;
    const isNull = value.kind === 'scalar' && value.value === null;
    const map = isNull ? undefined : readMap(value, 'depends_on', ['condition', 'required', 'restart'], problems);
    const conditionTree = entryOf(map, 'condition')?.value;
    const word = conditionTree ? readText(conditionTree, 'condition', problems) : 'service_started';
    const condition = conditions.find((c) => c === word);
    const requiredTree = entryOf(map, 'required')?.value;
    const required = requiredTree ? readBoolean(requiredTree, 'required', problems) !== false : true;
    const restart = entryOf(map, 'restart');
    if (restart) problems.note('depends_on.restart', restart.keyAt, 'a service is not restarted because another one was');
    if (condition === 'service_completed_successfully') {
      problems.error(
        conditionTree?.at ?? value.at,
        'waiting for a service to complete is not built yet',
        'Run that step by hand once, or in the entrypoint, for now.',
        'FAR-COMPOSE-004',
      );
    } else if (condition) add(entry.key, value.kind === 'scalar' ? { ...value, at: entry.keyAt } : value, condition, required);
    else problems.error(conditionTree?.at ?? value.at, 'this is not a condition', `Use ${conditions.slice(0, 2).join(' or ')}.`);
  }
  return [...found].map(([service, condition]) => ({ service, condition }));
}
