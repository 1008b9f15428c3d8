import type { Diagnostic } from '../../common/index.ts';
import type { Check, CheckInput } from '../check.ts';
import { asMap, textsAt } from '../plain.ts';
import { problem } from '../problem.ts';
import type { Path } from '../types.ts';

/** That files the spec names are there: Compose files and certificate authorities. */
export const checkFiles: Check = (input) => {
  const composes = Object.entries(asMap(input.data.apps)).flatMap(([name, app]) =>
    textsAt(asMap(app).compose, ['apps', name, 'compose']).flatMap(({ text, path }) => file(input, text, path, 'Compose file')),
  );
  const configs = Object.entries(asMap(asMap(input.data.registries).configs)).flatMap(([host, config]) =>
    textsAt(asMap(asMap(config).tls).ca, ['registries', 'configs', host, 'tls', 'ca']),
  );
  const repositories = Object.entries(asMap(asMap(input.data.backup).repositories)).flatMap(([name, repository]) =>
    textsAt(asMap(repository).ca, ['backup', 'repositories', name, 'ca']),
  );
  const cas = [...textsAt(asMap(input.data.k3s).ca, ['k3s', 'ca']), ...configs, ...repositories].flatMap(({ text, path }) =>
    file(input, text, path, 'PEM file'),
  );
  return [...composes, ...cas];
};

function file(input: CheckInput, text: string, path: Path, what: string): Diagnostic[] {
  if (text.trim() === '') return [];
  const full = input.resolve(text);
  const kind = input.files.kindOf(full);
  if (kind === 'file') return [];
  if (kind === undefined) {
    const hint = `paths are relative to ${input.source.file}; looked for ${full}`;
    return [problem('FAR-SPEC-008', input.source.at(path), `the ${what} \`${text}\` does not exist`, hint)];
  }
  const inside = composeNames.find((name) => input.files.kindOf(input.resolve(`${text}/${name}`)) === 'file');
  const hint = what === 'Compose file' && inside ? `write \`${text.replace(/\/+$/, '')}/${inside}\`` : 'name the file in it';
  return [problem('FAR-SPEC-008', input.source.at(path), `\`${text}\` is a folder, not a ${what}`, hint)];
}

const composeNames = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'] as const;
