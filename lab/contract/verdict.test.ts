import { expect, it } from 'vitest';
import { contains, every, fail, holds, matches, pass, same, skip } from './verdict.ts';

it('same compares as JSON', () => {
  expect(same({ a: [1] }, { a: [1] }).kind).toBe('pass');
  expect(same([1], [2])).toEqual({ kind: 'fail', expected: '[2]', found: '[1]' });
});

it('contains names only what is missing', () => {
  expect(contains('one two', 'one', 'three')).toEqual({ kind: 'fail', expected: 'contains three', found: 'one two' });
});

it('every gives the first failure, then a skip, then all that was found', () => {
  expect(every(pass('a'), fail('x', 'y'), fail('z', 'w'))).toEqual({ kind: 'fail', expected: 'x', found: 'y' });
  expect(every(pass('a'), skip('why'))).toEqual({ kind: 'skip', reason: 'why' });
  expect(every(pass('a'), pass('b'))).toEqual({ kind: 'pass', found: 'a · b' });
});

it('matches and holds show what was found', () => {
  expect(matches('600 root', /^600/)).toEqual({ kind: 'pass', found: '600 root' });
  expect(holds(false, 'an error', 0)).toEqual({ kind: 'fail', expected: 'an error', found: '0' });
});

it('long findings are cut', () => {
  expect(JSON.stringify(pass('x'.repeat(5000))).length).toBeLessThan(400);
});

it('a value that is not there can be compared too', () => {
  expect(same(undefined, 'x')).toEqual({ kind: 'fail', expected: 'x', found: 'undefined' });
});
