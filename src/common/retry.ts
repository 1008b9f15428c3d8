import type { Clock } from './ports.ts';

/** How long to go on and how fast. */
export interface Until {
  readonly clock: Clock;
  /** Milliseconds until giving up. */
  readonly deadline: number;
  /** Milliseconds between tries; grows by half each time up to `most`. */
  readonly every: number;
  readonly most?: number;
  readonly signal?: AbortSignal;
}

/**
 * Tries until `attempt` gives something other than undefined, and gives that; undefined when the
 * deadline passes first. Errors of the attempt end it: an attempt that may fail catches its own.
 */
export async function until<T>(attempt: () => Promise<T | undefined>, options: Until): Promise<T | undefined> {
  const end = options.clock.now() + options.deadline;
  let wait = options.every;
  for (;;) {
    options.signal?.throwIfAborted();
    const got = await attempt();
    if (got !== undefined) return got;
    if (options.clock.now() + wait > end) return undefined;
    await options.clock.sleep(wait, options.signal);
    wait = Math.min(wait * 1.5, options.most ?? options.every * 4);
  }
}
