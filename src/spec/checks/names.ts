import type { Diagnostic } from '../../common/index.ts';
import type { Check, CheckInput } from '../check.ts';
import { isDnsLabel, toDnsLabel } from '../names.ts';
import { asMap } from '../plain.ts';
import { pathText, problem } from '../problem.ts';
import type { Path } from '../types.ts';

/** Namespaces that are not an app's to take. */
const namespaces: readonly string[] = ['default', 'kube-system', 'kube-public', 'kube-node-lease', 'farthing-system'];

/** Names that become names in Kubernetes: the cluster, machines, apps; and those of Compose volumes. */
export const checkNames: Check = (input) => {
  const list: Diagnostic[] = [];
  if (typeof input.data.name === 'string' && input.data.name.trim() !== '') {
    list.push(...label(input, ['name'], input.data.name, 'the name of the cluster'));
  }
  for (const name of Object.keys(asMap(input.data.machines))) {
    list.push(...label(input, ['machines', name], name, 'the name of a machine'));
    if (name === 'amd64' || name === 'arm64') {
      const hint = 'choose another name, like `big`: `prefer` and `require` could not tell the two apart';
      list.push(problem('FAR-SPEC-004', input.source.keyAt(['machines', name]), `\`${name}\` is the name of an architecture`, hint));
    }
  }
  for (const [name, app] of Object.entries(asMap(input.data.apps))) {
    list.push(...label(input, ['apps', name], name, 'the name of an app'));
    if (namespaces.includes(name)) {
      const hint = `choose another name: an app has a namespace of its own, and \`${name}\` is taken`;
      list.push(
        problem('FAR-SPEC-004', input.source.keyAt(['apps', name]), `\`${name}\` is a namespace of Kubernetes or of farthing`, hint),
      );
    }
    for (const [volume, settings] of Object.entries(asMap(asMap(app).volumes))) {
      list.push(...volumeName(input, ['apps', name, 'volumes', volume], volume, asMap(settings)));
    }
  }
  return list;
};

function label(input: CheckInput, path: Path, text: string, what: string): Diagnostic[] {
  if (isDnsLabel(text)) return [];
  const rule =
    text.length > 63
      ? `is longer than 63 characters (${text.length})`
      : 'may have only lower-case letters, digits and `-`, and no `-` at its ends';
  const fixed = toDnsLabel(text);
  const hint = fixed === undefined ? 'write a name like `big`' : `write \`${fixed}\``;
  const location = path.length === 1 ? input.source.at(path) : input.source.keyAt(path);
  return [
    problem('FAR-SPEC-004', location, `\`${text.length > 70 ? `${text.slice(0, 60)}…` : text}\` cannot be ${what}: it ${rule}`, hint),
  ];
}

function volumeName(input: CheckInput, path: Path, name: string, settings: Readonly<Record<string, unknown>>): Diagnostic[] {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return [];
  const location = input.source.keyAt(path);
  if (/^[./~]/.test(name)) {
    // `machine` and `path` are refused by name already.
    if ('machine' in settings || 'path' in settings) return [];
    const message = `\`${pathText(path)}\` is not built yet: a volume in a folder of a machine`;
    return [problem('FAR-SPEC-006', location, message, 'use a named volume of the Compose file')];
  }
  return [
    problem(
      'FAR-SPEC-004',
      location,
      `\`${name}\` is not the name of a Compose volume`,
      'write a name of the top-level `volumes:` of the Compose file',
    ),
  ];
}
