import { expect, test } from 'vitest';
import { layouts, placeHosts } from './layouts.ts';

test("the default layout is today's free allowance", () => {
  const sizes = placeHosts('free-tier').map(({ name, cpus, memoryMiB, address }) => [name, cpus, memoryMiB, address]);
  expect(sizes).toEqual([
    ['big', 2, 12288, '10.77.0.11'],
    ['micro-1', 1, 1024, '10.77.0.12'],
    ['micro-2', 1, 1024, '10.77.0.13'],
  ]);
});

test('an unknown layout is refused with the known ones', () => {
  expect(() => placeHosts('huge')).toThrow('known: free-tier, mid, single');
});

test.each(Object.keys(layouts))('host names of %s are distinct DNS labels', (layout) => {
  const names = placeHosts(layout).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
  }
});
