import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantityOfBytes } from '../common/index.ts';
import { parseQuantity } from './quantity.ts';

describe('parseQuantity', () => {
  it.each([
    ['512Mi', 536870912],
    ['1', 1],
    [2, 2],
    ['1000m', 1],
    ['700m', 0.7],
    ['1.5Gi', 1610612736],
    ['1e3', 1000],
    ['1E3', 1000],
    ['5G', 5e9],
    ['100n', 1e-7],
    ['1E', 1e18],
  ])('reads %s', (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });

  it.each(['', 'x', '5 Mi', '5MiB', 'Mi', null, undefined, {}])('refuses %s', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  it('reads back what we write', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (bytes) => void expect(parseQuantity(quantityOfBytes(bytes))).toBe(bytes)));
  });
});
