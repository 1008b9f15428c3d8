import { setTimeout as sleep } from 'node:timers/promises';

/** How long and how often to look. */
export interface WaitOptions {
  readonly seconds: number;
  readonly everyMs?: number;
}

/** Thrown by a look that knows waiting longer is no use. */
export class GaveUp extends Error {}

/**
 * Looks until `look` gives something other than undefined and returns it.
 * Throws after the deadline, with the last failure as the cause, or at once what a look throws as GaveUp.
 */
export async function waitFor<T>(what: string, look: () => Promise<T | undefined> | T | undefined, options: WaitOptions): Promise<T> {
  const deadline = Date.now() + options.seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) {
        return found;
      }
    } catch (error) {
      if (error instanceof GaveUp) {
        throw error;
      }
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${options.seconds} s for ${what}`, { cause: last });
    }
    await sleep(options.everyMs ?? 100);
  }
}
