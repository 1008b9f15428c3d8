import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { goldenTests, splitFiles } from '../../test/golden-files.ts';
import { environmentOf, memoryProject } from '../../test/memory-project.ts';
import { type Diagnostic, type Location, mapSealed } from '../common/index.ts';
import { loadProject } from './load-project.ts';
import { serviceKeys } from './service-keys.ts';

/** First lines of a golden: `files: a b`, `env: A=1 B=2`, `profiles: x`. */
async function load(text: string) {
  const files = splitFiles(text);
  const setting = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(files.get('') ?? '')?.[1]?.split(' ') ?? [];
  const names = setting('files');
  return await loadProject({
    files: (names.length > 0 ? names : ['compose.yaml']).map((name) => `/project/${name}`),
    io: memoryProject(files),
    env: environmentOf(Object.fromEntries(setting('env').map((pair) => pair.split('=') as [string, string]))),
    projectName: 'shop',
    profiles: setting('profiles'),
  });
}

const where = (at: Location | undefined) => (at ? `${at.file}:${at.line}:${at.column}` : '');
const say = (d: Diagnostic) =>
  `${d.severity} ${d.code} ${where(d.location)}\n  ${d.message}${d.hint === undefined ? '' : `\n  → ${d.hint}`}\n`;

/** The project without places and without what is empty, so that a golden shows what matters. */
function shorten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shorten);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, v]) => !['at', 'imageAt', 'keys', 'notes'].includes(key) && v !== false && !(Array.isArray(v) && v.length === 0))
      .filter(
        ([key, v]) =>
          !(key === 'replicas' && v === 1) &&
          !(key === 'restart' && v === 'no') &&
          !(v !== null && typeof v === 'object' && Object.keys(v).length === 0),
      )
      .map(([key, v]) => [key, shorten(v)]),
  );
}

describe('golden', () => {
  goldenTests('compose', async (input) => {
    const loaded = await load(input);
    const { diagnostics } = loaded;
    // With an error the project is a salvage, whose shape nobody promises.
    const project = diagnostics.some((d) => d.severity === 'error') ? undefined : loaded.project;
    const notes = (project?.notes ?? []).map(
      (n) => `note ${where(n.at)} ${n.service === undefined ? '' : `${n.service}.`}${n.key}: ${n.text}\n`,
    );
    const plain = mapSealed(project, (leaf) => `sealed ${JSON.stringify(leaf.reveal())}`);
    return [
      ...diagnostics.map(say),
      ...notes,
      ...(project ? [stringify(shorten(plain), { lineWidth: 0, aliasDuplicateObjects: false })] : []),
    ].join('');
  });
});

describe('loadProject', () => {
  it('knows the fate of each of the 93 keys', () => {
    expect(Object.keys(serviceKeys)).toHaveLength(93);
  });

  it('refuses every key it does not map, by name and place', async () => {
    const refused = Object.entries(serviceKeys).filter(([, fate]) => fate.kind === 'refused');
    const { diagnostics } = await load(
      `-- compose.yaml --\nservices:\n  web:\n    image: x\n${refused.map(([key]) => `    ${key}: x\n`).join('')}`,
    );
    expect(diagnostics.map((d) => [d.code, d.location?.line, d.message.split(' ')[2], d.hint !== undefined])).toEqual(
      refused.map(([key], i) => ['FAR-COMPOSE-004', i + 4, key, true]),
    );
  });

  it('never shows the value of a variable', async () => {
    const { diagnostics } = await load(
      'env: SECRET=hunter2\n-- compose.yaml --\nservices:\n  web:\n    image: x\n    mem_limit: $SECRET\n    ports: ["${SECRET}"]\n    healthcheck: { interval: $SECRET }\n    user: $SECRET\n    tty: $SECRET\n    stop_grace_period: ${SECRET}\n',
    );
    expect(diagnostics).toHaveLength(6);
    expect(JSON.stringify(diagnostics)).not.toContain('hunter2');
  });
});
