import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from './diagnostic.ts';
import { diagnosticJson, errorJson } from './diagnostic-json.ts';
import { renderDiagnostics, renderError } from './diagnostic-text.ts';
import { FarthingError } from './error.ts';

const file = 'farthing.yaml';
const text = 'name: home\nmachines:\n\tbig: { memmory: 12GiB }\nauth: { password: hunter2 }\nkey: |\n  line one\n  line two\nlast: 1\n';
const sources = new Map([[file, text]]);
const plain = { color: false };
const unknownKey: Diagnostic = {
  code: 'FAR-SPEC-003',
  severity: 'error',
  message: '`memmory` is not a key of a machine',
  hint: 'did you mean `memory`?',
  location: { file, line: 3, column: 9, length: 7 },
};

describe('renderDiagnostics', () => {
  it('shows the place, the line, a caret and the next step', () => {
    expect(renderDiagnostics([unknownKey], sources, plain)).toMatchInlineSnapshot(`
      "farthing.yaml:3:9  error FAR-SPEC-003  \`memmory\` is not a key of a machine
        3 |   big: { memmory: 12GiB }
          |          ^^^^^^^
        next: did you mean \`memory\`?
      "
    `);
  });

  it('sorts by place and counts', () => {
    const warning: Diagnostic = { code: 'FAR-SPEC-004', severity: 'warning', message: 'm', location: { file, line: 1, column: 1 } };
    const shown = renderDiagnostics([unknownKey, warning], sources, plain);
    expect(shown.indexOf('FAR-SPEC-004')).toBeLessThan(shown.indexOf('FAR-SPEC-003'));
    expect(shown).toMatch(/\n1 error, 1 warning\n$/);
  });

  it('does not repeat a secret that was written out, over several lines too', () => {
    const secrets: Diagnostic[] = [
      { code: 'FAR-SPEC-010', severity: 'error', message: 'm', location: { file, line: 5, column: 6, length: 24 } },
      { code: 'FAR-SPEC-004', severity: 'error', message: 'm', location: { file, line: 4, column: 1, length: 4 } },
      { code: 'FAR-SPEC-004', severity: 'error', message: 'm', location: { file, line: 8, column: 1, length: 4 } },
    ];
    const shown = renderDiagnostics(secrets, sources, plain);
    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain('line one');
    expect(shown).toContain('5 | key: (hidden)');
    expect(shown).toContain('8 | last: 1');
  });

  it('keeps a reference to a secret readable', () => {
    const reference = new Map([[file, 'password:\n  env: REGISTRY_PASSWORD\ntoken: { env: X }\n']]);
    const at = (line: number): Diagnostic => ({
      code: 'FAR-SPEC-007',
      severity: 'error',
      message: 'm',
      location: { file, line, column: 3 },
    });
    expect(renderDiagnostics([at(2)], reference, plain)).toContain('env: REGISTRY_PASSWORD');
    expect(renderDiagnostics([at(3)], reference, plain)).toContain('token: { env: X }');
  });

  it('colours only when told to', () => {
    expect(renderDiagnostics([unknownKey], sources, plain)).not.toContain('\u001b');
    expect(renderDiagnostics([unknownKey], sources, { color: true })).toContain('\u001b');
  });

  it('lets no text of a file steer the terminal', () => {
    const evil = new Map([[file, 'name: \u001b]0;owned\u0007x\u001b[2J\r\n']]);
    const shown = renderDiagnostics([{ ...unknownKey, message: 'a\u001b[2Jb', location: { file, line: 1, column: 7 } }], evil, plain);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(shown).not.toMatch(/[\u001b\u0007\r]/);
  });

  it('takes any place, inside the file or not, and cuts long lines around the caret', () => {
    const long = new Map([[file, `${'a'.repeat(300)} here ${'b'.repeat(300)}`]]);
    const shown = renderDiagnostics([{ ...unknownKey, location: { file, line: 1, column: 302, length: 4 } }], long, plain);
    expect(shown).toContain(' here ');
    expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThan(120);
    fc.assert(
      fc.property(fc.string(), fc.nat(9), fc.nat(40), fc.nat(60), (content, line, column, length) => {
        const location = { file, line: line + 1, column: column + 1, length };
        return renderDiagnostics([{ ...unknownKey, location }], new Map([[file, content]]), plain).includes('FAR-SPEC-003');
      }),
    );
  });
});

describe('renderError', () => {
  it('shows an error with a place like a diagnostic, and its causes', () => {
    const error = new FarthingError('FAR-IMAGE-003', 'ghcr.io did not answer', {
      hint: 'try again',
      location: { file, line: 1, column: 1, length: 4 },
      cause: new Error('connect ECONNREFUSED'),
    });
    expect(renderError(error, sources, plain)).toMatchInlineSnapshot(`
      "farthing.yaml:1:1  error FAR-IMAGE-003  ghcr.io did not answer
        1 | name: home
          | ^^^^
        next: try again
        cause: connect ECONNREFUSED
      "
    `);
  });

  it('shows a stack only for a mistake in farthing', () => {
    expect(renderError(new FarthingError('FAR-CLI-001', 'no'), sources, plain)).not.toContain(' at ');
    expect(renderError(new TypeError('x is not a function'), sources, plain)).toMatch(/FAR-BUG-001 {2}x is not a function\n.*\n {4}at /s);
  });
});

describe('the JSON form', () => {
  it('has the same facts', () => {
    expect(diagnosticJson(unknownKey)).toEqual({
      code: 'FAR-SPEC-003',
      title: 'Unknown key',
      severity: 'error',
      message: '`memmory` is not a key of a machine',
      hint: 'did you mean `memory`?',
      file,
      line: 3,
      column: 9,
      length: 7,
      docs: 'docs/errors.md#far-spec-003',
    });
    expect(errorJson(new Error('x'))).toMatchObject({ code: 'FAR-BUG-001', message: 'x' });
  });
});
