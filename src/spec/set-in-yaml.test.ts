import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { setInYaml, type YamlValue } from './index.ts';

const text = `# at the top
k3s: { version: v1.36.4+k3s1 }   # pinned
name:   home     # the name
empty:
machines:
  # the strong one
  big: { ssh: 'a' }
`;

describe('setInYaml', () => {
  it('changes one plain value and not a character besides', () => {
    expect(setInYaml(text, ['k3s', 'version'], 'v1.37.1+k3s1')).toBe(text.replace('v1.36.4+k3s1', 'v1.37.1+k3s1'));
    expect(setInYaml(text, ['machines', 'big', 'ssh'], 'me@[::1]:22')).toBe(text.replace("'a'", '"me@[::1]:22"'));
    expect(setInYaml(text, ['name'], 'a: b # c')).toBe(text.replace('home ', '"a: b # c" '));
  });

  it('keeps comments when it adds', () => {
    const changed = setInYaml(text, ['machines', 'small'], { ssh: 'b', hostKey: ['k'] });
    expect(changed).toContain('# at the top');
    expect(changed).toContain('# the strong one');
    expect(parse(changed)).toMatchObject({ machines: { big: { ssh: 'a' }, small: { ssh: 'b', hostKey: ['k'] } } });
  });

  it('makes maps on the way, also where nothing stands yet', () => {
    expect(parse(setInYaml(text, ['k3s', 'sha256', 'amd64'], 'f'))).toMatchObject({
      k3s: { version: 'v1.36.4+k3s1', sha256: { amd64: 'f' } },
    });
    expect(parse(setInYaml(text, ['empty', 'a', 'b'], 1))).toMatchObject({ empty: { a: { b: 1 } } });
    expect(parse(setInYaml('', ['a', 'b'], true))).toEqual({ a: { b: true } });
    expect(parse(setInYaml('# only a comment\n', ['a'], 'x'))).toEqual({ a: 'x' });
  });

  it('refuses what is no YAML, and a way through what is no map', () => {
    expect(() => setInYaml('a: [', ['a'], 1)).toThrowError(expect.objectContaining({ code: 'FAR-SPEC-002' }));
    expect(() => setInYaml(text, ['name', 'first'], 1)).toThrowError(expect.objectContaining({ code: 'FAR-SPEC-004' }));
  });

  it('is read back as it was set, with the rest as it was', () => {
    const value: fc.Arbitrary<YamlValue> = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }));
    const place = fc.constantFrom(['name'], ['k3s', 'version'], ['machines', 'big', 'ssh'], ['machines', 'new', 'ssh'], ['other']);
    fc.assert(
      fc.property(place, value, (path, set) => {
        const changed = parse(setInYaml(text, path, set));
        expect(path.reduce((at, part) => at[part], changed)).toEqual(set);
        const expected = parse(text);
        const last = path.at(-1) ?? '';
        const parent = path.slice(0, -1).reduce((at, part) => (at[part] ??= {}), expected);
        parent[last] = set;
        expect(changed).toEqual(expected);
      }),
    );
  });
});
