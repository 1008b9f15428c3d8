import { describe, expect, it } from 'vitest';
import type { Bench } from './bench.ts';
import { judge, playScenes } from './engine.ts';
import type { Check, Scene } from './types.ts';
import { fail, pass, skip } from './verdict.ts';

const bench = { memory: new Map() } as unknown as Bench;
const check = (id: string, run: Check['run']): Check => ({ id, contract: `contract of ${id}`, run });
const good = check('a.good', async () => pass('fine'));
const bad = check('a.bad', async () => fail('this', 'that'));

function play(scenes: readonly Scene[], differences: Record<string, string> = {}) {
  const told: string[] = [];
  return playScenes(scenes, bench, { differences, tell: (line) => told.push(line), now: () => 0 });
}
const scene = (checks: readonly Check[], more: Partial<Scene> = {}): Scene => ({
  name: 'one',
  enter: async () => undefined,
  checks,
  ...more,
});

describe('judge', () => {
  it('makes a listed failure a known difference and keeps what was found', () => {
    expect(judge(bad, 's', fail('this', 'that'), 1, 'no such thing')).toEqual({
      id: 'a.bad',
      scene: 's',
      contract: 'contract of a.bad',
      seconds: 1,
      status: 'known',
      expected: 'this',
      found: 'that',
      note: 'no such thing',
    });
  });
  it('says when a listed difference holds after all', () => {
    const result = judge(good, 's', pass('fine'), 1, 'old reason');
    expect([result.status, result.note]).toEqual(['pass', 'listed as a difference (old reason) but holds: take it off the list']);
  });
  it('keeps a skip a skip, listed or not', () => {
    expect(judge(good, 's', skip('no agent'), 0, 'x').status).toBe('skip');
  });
});

describe('playScenes', () => {
  it('gives a line for every check and goes on after a failure', async () => {
    expect((await play([scene([bad, good])])).map((result) => result.status)).toEqual(['fail', 'pass']);
  });

  it('counts a throw as a failure with its words', async () => {
    const [result] = await play([scene([check('a.throws', () => Promise.reject(new Error('ssh is gone')))])]);
    expect([result?.status, result?.found]).toEqual(['fail', 'ssh is gone']);
  });

  it('fails every check of a scene that cannot be set up, and still leaves it', async () => {
    let left = 0;
    const results = await play([
      scene([good, bad], {
        enter: () => Promise.reject(new Error('no disk')),
        leave: async () => {
          left += 1;
        },
      }),
    ]);
    expect(results.map((result) => [result.status, result.found])).toEqual([
      ['fail', 'no disk'],
      ['fail', 'no disk'],
    ]);
    expect(left).toBe(1);
  });

  it('neither enters nor leaves a skipped scene, and says why', async () => {
    const never = () => Promise.reject(new Error('entered'));
    const results = await play([scene([good], { skip: () => 'no agent', enter: never, leave: never })]);
    expect(results.map((result) => [result.status, result.found])).toEqual([['skip', 'no agent']]);
  });

  it('leaves out what comes after an interruption, and still leaves the scene', async () => {
    let stopped = false;
    let left = false;
    const stops = check('a.stops', async () => {
      stopped = true;
      return pass('');
    });
    const leave = async () => {
      left = true;
    };
    const list = [scene([stops, bad], { leave }), scene([good])];
    const results = await playScenes(list, bench, { differences: {}, tell: () => undefined, now: () => 0, stopped: () => stopped });
    expect(results.map((result) => result.status)).toEqual(['pass', 'skip', 'skip']);
    expect(left).toBe(true);
  });

  it('plays the next scene when leaving one fails', async () => {
    const results = await play([scene([good], { leave: () => Promise.reject(new Error('stuck')) }), scene([good])]);
    expect(results).toHaveLength(2);
  });
});
