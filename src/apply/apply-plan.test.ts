import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyHandler, Operation } from '../operation/index.ts';
import { applyPlan } from './apply-plan.ts';

const clock = { now: () => 0, sleep: async () => {} };

function operation(id: string, after: string[] = [], target: Operation['target'] = {}, assumes = ''): Operation {
  return { id, kind: 'test', title: id, why: '', target, touches: [], destroys: [], after, assumes, data: null };
}

/** A world that is a set of things that are so; the handler makes an operation's id so. */
function world(options: { fail?: string; moved?: string; onEnsure?: (id: string) => void | Promise<void> } = {}) {
  const so = new Set<string>();
  const order: string[] = [];
  const handler: AnyHandler = {
    kind: 'test',
    find: async (op) => (so.has(op.id) ? { state: 'done' } : { state: 'pending', fingerprint: options.moved === op.id ? 'other' : 'same' }),
    ensure: async (op) => {
      await options.onEnsure?.(op.id);
      if (options.fail === op.id) throw new Error('it broke');
      so.add(op.id);
      order.push(op.id);
    },
    verify: async (op) => {
      if (!so.has(op.id)) throw new Error('not so');
    },
  };
  return { so, order, handler };
}

const run = (operations: readonly Operation[], handler: AnyHandler, signal = new AbortController().signal) =>
  applyPlan(operations, { handlers: [handler], clock, signal, onEvent: () => {} });

describe('applyPlan', () => {
  it('runs each operation after those it waits for, in any order of the list', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 10 }),
        fc.nat(3),
        async (edges, lanes) => {
          const operations = edges.map((before, i) =>
            operation(`${i}`, before.filter((b) => b < i).map(String), lanes ? { machine: `m${i % lanes}` } : {}),
          );
          const { order, handler } = world();
          const outcome = await run([...operations].reverse(), handler);
          expect(outcome.state).toBe('done');
          for (const op of operations) for (const before of op.after) expect(order.indexOf(before)).toBeLessThan(order.indexOf(op.id));
        },
      ),
    );
  });

  it('never runs two operations of one machine at once', async () => {
    let now = 0;
    let most = 0;
    const { handler } = world({
      onEnsure: async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
      },
    });
    await run(
      ['a', 'b', 'c'].map((id) => operation(id, [], { machine: 'big' })),
      handler,
    );
    expect(most).toBe(1);
  });

  it('after a failure leaves what depends on it and finishes the rest; a second run carries on', async () => {
    const operations = [operation('a'), operation('b', ['a']), operation('c', ['b']), operation('d', [], { app: 'x' })];
    const first = world({ fail: 'b' });
    const outcome = await run(operations, first.handler);
    expect(outcome.state).toBe('failed');
    expect(outcome.failed.map((f) => f.operation.id)).toEqual(['b']);
    expect(outcome.skipped).toEqual(['c']);
    expect([...first.so].sort()).toEqual(['a', 'd']);
    const second = world();
    second.so.add('a').add('d');
    const again = await run(operations, second.handler);
    expect(again.already).toEqual(expect.arrayContaining(['a', 'd']));
    expect(again.done).toEqual(['b', 'c']);
  });

  it('stops when what was assumed is no longer so', async () => {
    const { handler, so } = world({ moved: 'a' });
    const outcome = await run([operation('a', [], {}, 'same')], handler);
    expect(outcome.failed[0]?.error.code).toBe('FAR-APPLY-001');
    expect(so.size).toBe(0);
  });

  it('starts nothing new once interrupted', async () => {
    const abort = new AbortController();
    const { handler, so } = world({ onEnsure: () => abort.abort() });
    const outcome = await run([operation('a'), operation('b', ['a'])], handler, abort.signal);
    expect(outcome.state).toBe('interrupted');
    expect([...so]).toEqual(['a']);
    expect(outcome.skipped).toEqual(['b']);
  });

  it('refuses a plan whose operations wait for each other', async () => {
    const { handler } = world();
    await expect(run([operation('a', ['b']), operation('b', ['a'])], handler)).rejects.toThrow('a → b → a');
  });
});
