import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentOf } from '../../test/memory-project.ts';
import { type Diagnostic, renderDiagnostics } from '../common/index.ts';
import { parseSpec } from './index.ts';

const folder = join(import.meta.dirname, '../../test/golden/spec');
const samples = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8').split('\n----------\n')[0] ?? '');

const options = {
  file: 'farthing.yaml',
  dir: '/project',
  env: environmentOf({}),
  files: { kindOf: (path: string) => (path.includes('missing') ? undefined : ('file' as const)) },
};

/** A place inside the text: an existing line, and a column of it or just after its end. */
function inside(text: string, { location }: Diagnostic): boolean {
  const line = location && text.split('\n')[location.line - 1];
  return line !== undefined && location !== undefined && location.column >= 1 && location.column <= line.length + 1;
}

function wellFormed(text: string): void {
  const { diagnostics, spec } = parseSpec(text, options);
  for (const diagnostic of diagnostics) {
    expect(inside(text, diagnostic), JSON.stringify({ text, diagnostic })).toBe(true);
    expect(diagnostic.hint, JSON.stringify({ text, diagnostic })).toBeTruthy();
  }
  // Whatever went wrong, something is said; and what is left can be asked for places.
  if (!spec) expect(diagnostics.length, text).toBeGreaterThan(0);
  else expect(spec.at(['apps', 'nowhere', 0]).line).toBeGreaterThan(0);
  renderDiagnostics(diagnostics, new Map([['farthing.yaml', text]]), { color: false });
}

const sample = fc.constantFrom(...samples);
const insert = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom(
    ': ',
    '\n',
    '\n  ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&a ',
    '*a',
    '<<: ',
    '!!int ',
    '#',
    '|',
    '\t',
    '\r\n',
    '~',
    '? ',
    '---\n',
    '\ufeff',
    '\u0000',
    '😀',
  ),
);

describe('parseSpec', () => {
  it('survives any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), wellFormed));
  });

  it('survives mutated files, and every problem has a place inside the file and a next step', () => {
    const mutation = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.nat(12), insert });
    fc.assert(
      fc.property(sample, fc.array(mutation, { minLength: 1, maxLength: 4 }), (text, mutations) => {
        let mutated = text;
        for (const { at, drop, insert } of mutations) {
          const start = Math.floor(at * mutated.length);
          mutated = mutated.slice(0, start) + insert + mutated.slice(start + drop);
        }
        wellFormed(mutated);
      }),
      { numRuns: 400 },
    );
  });

  it('survives any value at any key', () => {
    const any = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('constructor', '__proto__', 'toString', '${X}', -0, 1e308));
    const key = fc.constantFrom('version', 'name', 'k3s', 'network', 'machines', 'placement', 'registries', 'apps', 'reach', 'backup');
    const one = { version: 1, name: 'home', k3s: { version: 'v1.36.4+k3s1' }, machines: { big: { ssh: 'a' } } };
    const machine = fc.constantFrom('ssh', 'role', 'hostKey', 'cpus', 'memory', 'address', 'labels', 'price', 'renamedFrom');
    const app = fc.constantFrom('compose', 'profiles', 'prefer', 'require', 'services', 'volumes', 'routes');
    fc.assert(
      fc.property(key, machine, app, any, any, any, (top, ofMachine, ofApp, a, b, c) => {
        wellFormed(JSON.stringify({ ...one, [top]: a }));
        wellFormed(
          JSON.stringify({ ...one, machines: { big: { ssh: 'a', [ofMachine]: b } }, apps: { x: { compose: 'a', [ofApp]: c } } }, null, 2),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('never repeats what stands where a secret belongs', () => {
    const secret = fc.stringMatching(/^[a-z0-9]{8,20}$/).map((text) => `zq${text}`);
    const forms = fc.constantFrom<(text: string) => unknown>(
      (text) => text,
      (text) => [text],
      (text) => ({ value: text }),
      (text) => ({ env: `${text}-not`, file: text }),
      (text) => ({ deep: { er: [text] } }),
    );
    fc.assert(
      fc.property(secret, forms, fc.constantFrom(0, 2), (text, form, indent) => {
        const file = JSON.stringify(
          {
            version: 1,
            name: 'home',
            k3s: { version: 'v1.36.4+k3s1' },
            machines: { big: { ssh: 'a' } },
            registries: { configs: { 'ghcr.io': { auth: { username: 'me', password: form(text) } } } },
            reach: { cloudflare: { token: form(text) } },
            backup: { passphrase: form(text) },
          },
          null,
          indent,
        );
        const { diagnostics } = parseSpec(file, options);
        const shown = renderDiagnostics(diagnostics, new Map([['farthing.yaml', file]]), { color: false, columns: 10_000 });
        expect(diagnostics.filter((d) => d.code === 'FAR-SPEC-010')).toHaveLength(3);
        expect(shown).not.toContain(text);
        expect(JSON.stringify(diagnostics)).not.toContain(text);
      }),
    );
  });

  it('gives what it understood of a wrong file, to look at and no more', () => {
    const { spec, diagnostics } = parseSpec(
      `version: 2
name: home
k3s: latest
machines:
  big: { oracle: VM.Standard.A1.Flex, memory: 12GiB, arch: arm64, role: servr }
  micro: { ssh: me@10.0.0.2, memroy: 1GiB, cpus: [1] }
apps:
  stats: { compose: [stats.yaml, 5], services: { db: { memory: 512 }, web: { memory: 64MiB } } }
  wiki: { compose: wiki.yaml, prefer: [big, 5] }
  gone: { compose: missing.yaml }
`,
      options,
    );
    expect(diagnostics.length).toBeGreaterThan(6);
    expect(spec?.machines).toMatchObject([
      { name: 'big', role: 'server', memory: 12 * 1024 ** 3, arch: 'arm64' },
      { name: 'micro', role: 'agent', target: 'me@10.0.0.2' },
    ]);
    expect(spec?.apps).toMatchObject([{ name: 'wiki', compose: ['/project/wiki.yaml'], prefer: [] }]);
  });
});

describe('spec.at', () => {
  const text = `version: 1
name: home
k3s: { version: v1.36.4+k3s1 }
machines:
  big: { ssh: a, memory: 12GiB }
apps:
  stats:
    compose:
      - a.yaml
      - b.yaml
    services: { db: { memory: 512MiB } }
`;
  const at = (path: (string | number)[]) => {
    const { spec } = parseSpec(text, options);
    const { line, column, length } = spec?.at(path) ?? { line: 0, column: 0, length: 0 };
    return { line, column, text: (text.split('\n')[line - 1] ?? '').slice(column - 1, column - 1 + (length ?? 1)) };
  };

  it.each([
    [['machines', 'big', 'memory'], 5, '12GiB'],
    [['machines', 'big'], 5, 'big'],
    [['apps', 'stats', 'compose', 1], 10, 'b.yaml'],
    [['apps', 'stats', 'services', 'db'], 11, 'db'],
    // Not written: the nearest parent.
    [['apps', 'stats', 'services', 'web', 'memory'], 11, 'services'],
    [['machines', 'big', 'cpus'], 5, 'big'],
    [['placement', 'prefer'], 1, 'version'],
  ] as const)('%j', (path, line, shown) => expect(at([...path])).toMatchObject({ line, text: shown }));
});
