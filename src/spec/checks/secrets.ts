import type { Diagnostic } from '../../common/index.ts';
import type { Check, CheckInput } from '../check.ts';
import { notBuilt } from '../not-built.ts';
import { asMap } from '../plain.ts';
import { pathText, problem } from '../problem.ts';
import type { Path } from '../types.ts';
import { readSecretRef } from '../values/secret-ref.ts';

/** Where the file holds references to secrets; `*` is any name. */
const secretPaths: readonly (readonly string[])[] = [
  ['registries', 'configs', '*', 'auth', 'password'],
  ['backup', 'passphrase'],
  ['backup', 'repositories', '*', 'accessKey'],
  ['backup', 'repositories', '*', 'secretKey'],
  // Not built yet, but people copy their files, and a secret in one is wrong today already.
  ['reach', 'cloudflare', 'token'],
];

/** That secrets the file refers to can be found. Commands are not run here. */
export const checkSecrets: Check = (input) =>
  secretPaths.flatMap((pattern) =>
    matches(input.data, pattern, []).flatMap(({ path, value }) => {
      const ref = readSecretRef(value);
      const built = !notBuilt.some((entry) => entry.path.every((part, i) => part === pattern[i]));
      if ('value' in ref) return built ? found(input, path, { ...ref.value }) : [];
      // Where the section is built, the schema has said so.
      return built ? [] : [problem('FAR-SPEC-010', input.source.spanAt(path), `\`${pathText(path)}\` ${ref.wrong}`, ref.hint)];
    }),
  );

function found(
  input: CheckInput,
  path: Path,
  ref: { readonly env?: string; readonly file?: string; readonly command?: readonly string[] },
): Diagnostic[] {
  if (ref.env !== undefined && !input.env.get(ref.env)) {
    const state = input.env.get(ref.env) === '' ? 'is empty' : 'is not set';
    const hint = `set it before you run farthing: \`export ${ref.env}=…\``;
    return [problem('FAR-SPEC-007', input.source.at([...path, 'env']), `the environment variable \`${ref.env}\` ${state}`, hint)];
  }
  if (ref.file !== undefined && input.files.kindOf(input.resolve(ref.file)) !== 'file') {
    const hint = `paths are relative to ${input.source.file}; looked for ${input.resolve(ref.file)}`;
    return [
      problem(
        'FAR-SPEC-007',
        input.source.at([...path, 'file']),
        `the file \`${ref.file}\` for \`${pathText(path)}\` does not exist`,
        hint,
      ),
    ];
  }
  return [];
}

function matches(data: unknown, pattern: readonly string[], path: readonly string[]): { path: Path; value: unknown }[] {
  const [part, ...rest] = pattern;
  if (part === undefined) return data === null || data === undefined ? [] : [{ path, value: data }];
  const map = asMap(data);
  const keys = part === '*' ? Object.keys(map) : Object.hasOwn(map, part) ? [part] : [];
  return keys.flatMap((key) => matches(map[key], rest, [...path, key]));
}
