import { type Diagnostic, didYouMean } from '../../common/index.ts';
import type { Check, CheckInput } from '../check.ts';
import { asMap, textsAt } from '../plain.ts';
import { pathText, problem } from '../problem.ts';
import type { Path } from '../types.ts';
import { archMeant } from '../values/choice.ts';

/** That `prefer` and `require` name architectures or machines of the file. */
export const checkWishes: Check = (input) =>
  Object.entries(asMap(input.data.apps)).flatMap(([name, app]) => [
    ...wishes(input, asMap(app), ['apps', name]),
    ...Object.entries(asMap(asMap(app).services)).flatMap(([service, entry]) =>
      wishes(input, asMap(entry), ['apps', name, 'services', service]),
    ),
  ]);

function wishes(input: CheckInput, entry: Readonly<Record<string, unknown>>, path: Path): Diagnostic[] {
  const machines = Object.keys(asMap(input.data.machines));
  const known = ['amd64', 'arm64', ...machines];
  return ['prefer', 'require'].flatMap((key) =>
    textsAt(entry[key], [...path, key])
      .filter(({ text }) => !known.includes(text))
      .map(({ text, path: at }) => {
        const meant = archMeant(text) ?? didYouMean(text, known);
        const all = known.map((word) => `\`${word}\``).join(', ');
        const message = `\`${pathText([...path, key])}\` names \`${text}\`, which is neither an architecture nor a machine`;
        return problem('FAR-SPEC-004', input.source.at(at), message, meant ? `did you mean \`${meant}\`?` : `choose from ${all}`);
      }),
  );
}
