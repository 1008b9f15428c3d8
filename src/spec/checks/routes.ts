import type { Diagnostic } from '../../common/index.ts';
import type { Check } from '../check.ts';
import { asMap } from '../plain.ts';
import { problem } from '../problem.ts';

/** That no public name leads to two apps. (Routes are refused as not built; this says what else would be wrong with them.) */
export const checkRoutes: Check = (input) => {
  const seen = new Map<string, { app: string; line: number }>();
  const list: Diagnostic[] = [];
  for (const [app, entry] of Object.entries(asMap(input.data.apps))) {
    for (const host of Object.keys(asMap(asMap(entry).routes))) {
      const at = input.source.keyAt(['apps', app, 'routes', host]);
      const name = host.toLowerCase().replace(/\.$/, '');
      const before = seen.get(name);
      if (!before) seen.set(name, { app, line: at.line });
      else
        list.push(
          problem(
            'FAR-SPEC-009',
            at,
            `\`${host}\` already leads to \`${before.app}\` (line ${before.line})`,
            'give each app a name of its own',
          ),
        );
    }
  }
  return list;
};
