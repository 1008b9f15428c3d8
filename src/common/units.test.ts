import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatMoney, parseBytes, parseDuration, quantityOfBytes } from './units.ts';

describe('parseBytes', () => {
  it.each([
    ['512MiB', 512 * 1024 ** 2],
    ['12GiB', 12 * 1024 ** 3],
    ['1.5 GiB', 1.5 * 1024 ** 3],
    ['256m', 256 * 1024 ** 2],
    ['1gb', 1024 ** 3],
    ['1Gi', 1024 ** 3],
    ['100b', 100],
  ])('%s', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

  it.each(['', '12', 'GiB', '-1GiB', '1 XiB', '1e3M', 'constructor'])('%j is none', (text) => expect(parseBytes(text)).toBeUndefined());

  it('takes a bare number only where it is allowed', () => expect(parseBytes('1048576', { bare: true })).toBe(1048576));

  it('reads back every quantity it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 45 }), (n) => {
        expect(parseBytes(quantityOfBytes(n), { bare: true })).toBe(n);
      }),
    );
  });
});

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
    ['500ms', 500],
    ['1.5s', 1500],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));
  it.each(['', '5', 's', '1y', '1 s'])('%j is none', (text) => expect(parseDuration(text)).toBeUndefined());
});

it('formats for people', () => {
  expect([formatBytes(512 * 1024 ** 2), formatBytes(1.5 * 1024 ** 3), formatBytes(0)]).toEqual(['512 MiB', '1.5 GiB', '0 B']);
  expect([formatDuration(850), formatDuration(3200), formatDuration(59_000), formatDuration(200_000)]).toEqual([
    '850 ms',
    '3.2 s',
    '59 s',
    '3 min 20 s',
  ]);
  expect([formatMoney({ amount: 0, currency: 'EUR' }), formatMoney({ amount: 4.5, currency: 'USD' })]).toEqual(['free', '$4.50']);
});
