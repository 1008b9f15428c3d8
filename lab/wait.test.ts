import { expect, test } from 'vitest';
import { GaveUp, waitFor } from './wait.ts';

const quick = { seconds: 0.05, everyMs: 1 };

test('looks until there is something', async () => {
  let looks = 0;
  await expect(waitFor('it', () => (++looks === 3 ? 'found' : undefined), quick)).resolves.toBe('found');
});

test('a failed look is tried again, and is the cause when time is up', async () => {
  const failing = waitFor('the door', () => Promise.reject(new Error('closed')), quick);
  await expect(failing).rejects.toMatchObject({ message: 'waited 0.05 s for the door', cause: new Error('closed') });
});

test('who knows that waiting is no use ends it at once', async () => {
  const look = () => {
    throw new GaveUp('the house is gone');
  };
  await expect(waitFor('the door', look, { seconds: 60 })).rejects.toThrow('the house is gone');
});
