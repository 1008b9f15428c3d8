import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatImageRef, parseImageRef } from './image-ref.ts';

const hex = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('parseImageRef', () => {
  it.each([
    ['ubuntu', 'docker.io/library/ubuntu:latest'],
    ['adminer:4', 'docker.io/library/adminer:4'],
    ['gitea/gitea:1.22', 'docker.io/gitea/gitea:1.22'],
    ['docker.io/nginx', 'docker.io/library/nginx:latest'],
    ['index.docker.io/nginx', 'docker.io/library/nginx:latest'],
    ['localhost/x', 'localhost/x:latest'],
    ['localhost:5000/x:1', 'localhost:5000/x:1'],
    ['registry.lab:5000/a/b-c/d__e:v1.0_x', 'registry.lab:5000/a/b-c/d__e:v1.0_x'],
    ['10.0.0.1:5000/x', '10.0.0.1:5000/x:latest'],
    ['[fd00::1]:5000/x', '[fd00::1]:5000/x:latest'],
    [`a.io/x@sha256:${hex}`, `a.io/x@sha256:${hex}`],
    [`a.io:443/x:tag@sha256:${hex}`, `a.io:443/x:tag@sha256:${hex}`],
    [`postgres@sha512:${hex}${hex}`, `docker.io/library/postgres@sha512:${hex}${hex}`],
    ['localhost:5000', 'docker.io/library/localhost:5000'],
    ['Host/x', 'Host/x:latest'],
  ])('reads %s', (text, full) => {
    const ref = parseImageRef(text);
    expect('problem' in ref ? ref.problem : formatImageRef(ref)).toBe(full);
  });

  it.each([
    ['', 'empty'],
    ['a b', 'blank'],
    ['Ubuntu', 'capital'],
    ['a.io/X', 'capital'],
    ['x:', 'not a tag'],
    ['x:-a', 'not a tag'],
    ['x@sha256:abc', 'not a digest'],
    [`x@sha256:${hex.toUpperCase()}`, 'not a digest'],
    [`x@sha256:${hex}@sha256:${hex}`, 'not a digest'],
    ['a//b', 'not a repository'],
    ['/b', 'not a repository'],
    ['a.io/', 'not a repository'],
    ['x/-y', 'not a repository'],
    ['http://a.io/x', 'not a registry'],
    ['a_b.io/x', 'not a registry'],
    [`a.io/${'x'.repeat(260)}`, '255'],
  ])('refuses %s', (text, word) => {
    const ref = parseImageRef(text);
    expect('problem' in ref ? ref.problem : 'none').toContain(word);
  });

  it('gives the same again when its full form is parsed', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,5}([._-][a-z0-9]{1,5})?$/);
    const registry = fc.constantFrom('', 'docker.io/', 'localhost/', 'ghcr.io/', 'r.example:5000/');
    const name = fc.tuple(registry, fc.array(part, { minLength: 1, maxLength: 3 })).map(([r, parts]) => r + parts.join('/'));
    const tag = fc.option(fc.stringMatching(/^\w[\w.-]{0,8}$/), { nil: undefined });
    const digest = fc.option(fc.constant(`sha256:${hex}`), { nil: undefined });
    fc.assert(
      fc.property(name, tag, digest, (n, t, d) => {
        const ref = parseImageRef(`${n}${t === undefined ? '' : `:${t}`}${d === undefined ? '' : `@${d}`}`);
        if ('problem' in ref) throw new Error(ref.problem);
        const again = parseImageRef(formatImageRef(ref));
        expect(again).toEqual({ ...ref, text: formatImageRef(ref) });
        expect(ref.digest).toBe(d);
      }),
    );
  });
});
