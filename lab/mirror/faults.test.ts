import { expect, test } from 'vitest';
import { MirrorFaults } from './faults.ts';

test('a fault happens to its file only, as often as said', () => {
  const faults = new MirrorFaults();
  faults.add({ path: 'k3s', status: 503, times: 2 });
  expect(faults.take('/k3s/v1/install.sh')).toBeUndefined();
  expect(faults.take('/k3s/v1/k3s')).toMatchObject({ status: 503 });
  expect(faults.take('/k3s/v1/k3s')).toMatchObject({ status: 503 });
  expect(faults.take('/k3s/v1/k3s')).toBeUndefined();
});

test('without a path and a number it happens always, until healed', () => {
  const faults = new MirrorFaults();
  faults.add({ truncateAt: 10 });
  expect([1, 2, 3].map(() => faults.take('/k3s/v1/anything')?.truncateAt)).toEqual([10, 10, 10]);
  faults.heal();
  expect(faults.take('/k3s/v1/anything')).toBeUndefined();
});
