import type { z } from 'zod';
import { type Diagnostic, didYouMean } from '../common/index.ts';
import { notBuiltAt } from './not-built.ts';
import { pathText, problem } from './problem.ts';
import { examplesAt, keysAt, placesOf } from './schema-keys.ts';
import type { Path } from './types.ts';
import { type IssueParams, kindOf } from './value.ts';
import type { YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** What the schema found, as problems at their places in the file. */
export function diagnosticsOfIssues(issues: readonly Issue[], source: YamlSource): Diagnostic[] {
  return issues.flatMap((issue) => ofIssue(issue, source));
}

function ofIssue(issue: Issue, source: YamlSource): Diagnostic[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, source));
  const params: IssueParams = issue.code === 'custom' ? (issue.params ?? {}) : {};
  if (params.missing || !source.has(path)) return missing(path, source);
  if (issue.code === 'custom') {
    // What stands in the place of a secret is hidden over its whole length when it is shown.
    const place = params.code === 'FAR-SPEC-010' ? source.spanAt : params.onKey ? source.keyAt : source.at;
    return [
      problem(params.code ?? 'FAR-SPEC-004', place(path), `\`${pathText(path)}\` ${issue.message}`, params.hint ?? exampleHint(path)),
    ];
  }
  const wanted =
    issue.code === 'invalid_type' && (issue.expected === 'object' || issue.expected === 'record') ? 'a map of keys' : 'another value';
  const written = valueAt(source.data, path);
  return [
    problem(
      'FAR-SPEC-004',
      source.at(path),
      `\`${pathText(path)}\` should be ${wanted}, but is ${kindOf(written)}`,
      shortHint(path, written) ?? keysHint(path) ?? exampleHint(path),
    ),
  ];
}

function unknownKey(path: Path, key: string, source: YamlSource): Diagnostic {
  const full = [...path, key];
  const later = notBuiltAt(full);
  if (later) return problem('FAR-SPEC-006', source.keyAt(full), `\`${pathText(full)}\` is not built yet: ${later.what}`, later.instead);
  const keys = keysAt(path);
  const meant = didYouMean(key, keys);
  const elsewhere = placesOf(key);
  const hint =
    meant !== undefined
      ? `did you mean \`${meant}\`?`
      : elsewhere.length > 0
        ? `\`${key}\` belongs to ${elsewhere.map((place) => `\`${place}\``).join(' or ')}`
        : keysHint(path);
  return problem(
    'FAR-SPEC-003',
    source.keyAt(full),
    `\`${key}\` is not a key of ${path.length > 0 ? `\`${pathText(path)}\`` : 'farthing.yaml'}`,
    hint,
  );
}

function missing(path: Path, source: YamlSource): Diagnostic[] {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  // A machine of a provider that is not built has its own problem; it need not have an ssh target too.
  const others = Object.keys((valueAt(source.data, parent) ?? {}) as object);
  if (parent[0] === 'machines' && key === 'ssh' && others.some((other) => notBuiltAt([...parent, other]))) return [];
  const where = parent.length > 0 ? `\`${pathText(parent)}\` has no \`${key}\`` : `there is no \`${key}\``;
  return [problem('FAR-SPEC-005', source.keyAt(parent), where, missingHints[path.length === 1 ? key : `*.${key}`] ?? `add \`${key}:\``)];
}

/** For the one value of a map written in the place of the map. */
function shortHint(path: Path, written: unknown): string | undefined {
  const key = short[path.length === 2 ? `${path[0]}.*` : pathText(path)];
  return key !== undefined && typeof written === 'string' && written.length < 60
    ? `write \`${path.at(-1)}: { ${key}: ${written} }\``
    : undefined;
}

const short: Readonly<Record<string, string>> = { k3s: 'version', placement: 'prefer', 'machines.*': 'ssh', 'apps.*': 'compose' };

function exampleHint(path: Path): string {
  const [example] = examplesAt(path);
  return example === undefined
    ? 'docs/config.md says what it takes'
    : `write it like \`${typeof example === 'string' ? example : JSON.stringify(example)}\``;
}

function keysHint(path: Path): string | undefined {
  const keys = keysAt(path).filter((key) => !notBuiltAt([...path, key]));
  return keys.length > 0 ? `its keys are ${keys.map((key) => `\`${key}\``).join(', ')}` : undefined;
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[part] : undefined),
    data,
  );
}

const missingHints: Readonly<Record<string, string>> = {
  version: 'add `version: 1`',
  name: 'add a name for the cluster, like `name: home`',
  k3s: 'add `k3s: { version: v1.36.4+k3s1 }`; `farthing init` writes the one farthing was tested with',
  machines: 'add one: `machines: { big: { ssh: user@host } }`',
  '*.ssh': 'add `ssh: user@host`',
  '*.compose': 'add `compose: ./PATH/compose.yaml`',
  '*.password': 'add `password: { env: NAME }`',
};
