import { expect, test } from 'vitest';
import { formatCpuList, parseCpuList, pickCpus } from './cpu-set.ts';

test.each([
  ['0', [0]],
  ['0-3', [0, 1, 2, 3]],
  ['0-1,4,6-7', [0, 1, 4, 6, 7]],
])('%s is read and written', (text, cpus) => {
  expect(parseCpuList(`${text}\n`)).toEqual(cpus);
  expect(formatCpuList(cpus)).toBe(text);
});

test('hosts take their processors in turn', () => {
  expect([0, 1, 2].map((place) => pickCpus(1, place, [0, 1]))).toEqual([[0], [1], [0]]);
  expect(pickCpus(2, 3, [0, 1, 2, 3])).toEqual([0, 3]);
});

test('a host cannot have more than there are', () => {
  expect(pickCpus(4, 1, [0, 1])).toEqual([0, 1]);
});
