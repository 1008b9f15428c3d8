import { expect, test } from 'vitest';
import { cpuInfo, memInfo } from './proc-files.ts';

test('memory is the size of the layout, less what the cgroup is charged with', () => {
  const text = memInfo(1048576, 300000);
  expect(text).toMatch(/^MemTotal: +1048576 kB$/m);
  expect(text).toMatch(/^MemAvailable: +748576 kB$/m);
});

test('the text keeps its length, so that it can be rewritten under a reader', () => {
  const lengths = [memInfo(1048576, 0), memInfo(1048576, 1048576), memInfo(12582912, 99)].map((text) => text.length);
  expect(new Set(lengths).size).toBe(1);
});

test('more used than there is leaves nothing, not less than nothing', () => {
  expect(memInfo(100, 200)).toMatch(/^MemFree: +0 kB$/m);
});

test("the host's processors out of the machine's", () => {
  const machine = 'processor\t: 0\nmodel\t: x\n\nprocessor\t: 1\nmodel\t: x\n\n';
  expect(cpuInfo(machine, [1])).toBe('processor\t: 1\nmodel\t: x\n\n');
  expect(cpuInfo(machine, [0, 1])).toBe(machine);
});
