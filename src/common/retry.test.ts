import { expect, it } from 'vitest';
import { until } from './retry.ts';

/** A clock whose sleep only moves the hands. */
function fakeClock() {
  const sleeps: number[] = [];
  let now = 0;
  return {
    sleeps,
    now: () => now,
    sleep: async (ms: number) => {
      sleeps.push(ms);
      now += ms;
    },
  };
}

it('tries until something comes, waiting longer each time up to the most', async () => {
  const clock = fakeClock();
  let tries = 0;
  expect(await until(async () => (++tries === 5 ? 'there' : undefined), { clock, deadline: 60_000, every: 1000, most: 2000 })).toBe(
    'there',
  );
  expect(clock.sleeps).toEqual([1000, 1500, 2000, 2000]);
});

it('gives up before it would pass the deadline', async () => {
  const clock = fakeClock();
  expect(await until(async () => undefined, { clock, deadline: 5000, every: 1000, most: 1000 })).toBeUndefined();
  expect(clock.now()).toBe(5000);
});

it('ends at once when aborted', async () => {
  const abort = AbortSignal.abort(new Error('stop'));
  await expect(until(async () => undefined, { clock: fakeClock(), deadline: 1, every: 1, signal: abort })).rejects.toThrow('stop');
});
