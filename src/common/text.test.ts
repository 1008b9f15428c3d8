import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, fingerprint, stableJson, table } from './text.ts';

describe('didYouMean', () => {
  it.each([
    ['machnies', 'machines'],
    ['memroy', 'memory'],
    ['pref', 'prefer'],
    ['Role', 'role'],
  ])('%s', (word, meant) => expect(didYouMean(word, ['machines', 'memory', 'prefer', 'role'])).toBe(meant));
  it('says nothing when nothing is near', () => expect(didYouMean('zebra', ['machines', 'memory'])).toBeUndefined());
});

it('stableJson and fingerprint do not depend on the order of keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
      const turned = Object.fromEntries(Object.entries(data).reverse());
      expect(stableJson(turned)).toBe(stableJson(data));
      expect(fingerprint(turned)).toBe(fingerprint(data));
    }),
  );
});

it('table aligns columns and does not count colour', () => {
  expect(
    table([
      ['a', 'bb', 'c'],
      ['\u001b[31mlong\u001b[0m', 'b', 'c'],
    ]),
  ).toBe('a     bb  c\n\u001b[31mlong\u001b[0m  b   c\n');
});
