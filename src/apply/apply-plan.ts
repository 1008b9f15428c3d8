import { asFarthingError, type Clock, FarthingError } from '../common/index.ts';
import type { AnyHandler, Operation, RunContext } from '../operation/index.ts';
import { checkOrder, laneOf, ready } from './order.ts';
import type { ApplyEvent, Outcome } from './types.ts';

/** What a run needs beside the plan. */
export interface ApplyOptions {
  readonly handlers: readonly AnyHandler[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ApplyEvent) => void;
  /** Operations at once, over all lanes. Default 8. */
  readonly parallel?: number;
}

/**
 * Runs operations in their order, in parallel where lanes allow. After a failure nothing new is
 * started that depends on it, and what is under way is finished: a second run of the same command
 * carries on from there. An abort starts nothing new and waits for what is under way to stop.
 */
export async function applyPlan(operations: readonly Operation[], options: ApplyOptions): Promise<Outcome> {
  checkOrder(operations);
  const handlers = new Map(options.handlers.map((handler) => [handler.kind, handler]));
  for (const operation of operations) {
    if (!handlers.has(operation.kind)) throw new FarthingError('FAR-BUG-001', `no handler for operations of kind ${operation.kind}`);
  }
  const waiting = [...operations];
  const open = new Set(operations.map((operation) => operation.id));
  const busy = new Map<string, Promise<void>>();
  const result = {
    done: [] as string[],
    already: [] as string[],
    failed: [] as { operation: Operation; error: FarthingError }[],
    skipped: [] as string[],
  };
  const stuck = new Set<string>();

  const run = async (operation: Operation): Promise<void> => {
    const began = options.clock.now();
    const context: RunContext = {
      signal: options.signal,
      progress: (line) => options.onEvent({ kind: 'progress', operation, at: options.clock.now(), line }),
    };
    options.onEvent({ kind: 'started', operation, at: began });
    try {
      const changed = await carryOut(operation, handlers.get(operation.kind) as AnyHandler, context);
      open.delete(operation.id);
      (changed ? result.done : result.already).push(operation.id);
      const at = options.clock.now();
      options.onEvent(changed ? { kind: 'done', operation, at, took: at - began } : { kind: 'already', operation, at });
    } catch (thrown) {
      stuck.add(operation.id);
      if (options.signal.aborted) {
        result.skipped.push(operation.id);
        options.onEvent({ kind: 'skipped', operation, at: options.clock.now(), because: 'interrupted' });
        return;
      }
      const error = asFarthingError(thrown);
      result.failed.push({ operation, error });
      options.onEvent({ kind: 'failed', operation, at: options.clock.now(), error });
    }
  };

  while (waiting.length > 0 || busy.size > 0) {
    if (!options.signal.aborted) {
      for (const operation of ready(waiting, open, new Set(busy.keys())).slice(0, (options.parallel ?? 8) - busy.size)) {
        waiting.splice(waiting.indexOf(operation), 1);
        const lane = laneOf(operation);
        busy.set(
          lane,
          run(operation).finally(() => busy.delete(lane)),
        );
      }
    }
    if (busy.size === 0) break;
    await Promise.race(busy.values());
  }
  for (const operation of waiting) {
    const because = operation.after.find((id) => open.has(id));
    result.skipped.push(operation.id);
    options.onEvent({
      kind: 'skipped',
      operation,
      at: options.clock.now(),
      because: options.signal.aborted ? 'interrupted' : `${because} is not done`,
    });
  }
  return { state: options.signal.aborted ? 'interrupted' : result.failed.length > 0 ? 'failed' : 'done', ...result };
}

/** find → ensure → verify; gives whether anything had to be changed. */
async function carryOut(operation: Operation, handler: AnyHandler, context: RunContext): Promise<boolean> {
  const found = await handler.find(operation, context);
  if (found.state === 'done') return false;
  if (operation.assumes !== '' && found.fingerprint !== operation.assumes) {
    throw new FarthingError('FAR-APPLY-001', 'what it was planned for is no longer so', {
      hint: 'Run `farthing plan` again and look at what has changed.',
    });
  }
  context.signal.throwIfAborted();
  await handler.ensure(operation, context);
  await handler.verify(operation, context);
  return true;
}
