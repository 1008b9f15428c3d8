import type { Bench } from './bench.ts';
import type { Check, Result, Scene, Verdict } from './types.ts';
import { fail, skip } from './verdict.ts';

/** What the engine needs to know beside the scenes. */
export interface Play {
  /** Differences of the stand-in by check id; empty for real K3s. */
  readonly differences: Readonly<Record<string, string>>;
  readonly tell: (line: string) => void;
  readonly now: () => number;
  /** Asked before each scene and check: true leaves the rest out, so that the hosts can be tidied. */
  readonly stopped?: () => boolean;
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Names a verdict, in the light of the known differences. */
export function judge(check: Check, scene: string, verdict: Verdict, seconds: number, difference: string | undefined): Result {
  const base = { id: check.id, scene, contract: check.contract, seconds };
  switch (verdict.kind) {
    case 'pass':
      return {
        ...base,
        status: 'pass',
        found: verdict.found,
        ...(difference === undefined ? {} : { note: `listed as a difference (${difference}) but holds: take it off the list` }),
      };
    case 'skip':
      return { ...base, status: 'skip', found: verdict.reason };
    case 'fail': {
      const result = { ...base, expected: verdict.expected, found: verdict.found };
      return difference === undefined ? { ...result, status: 'fail' } : { ...result, status: 'known', note: difference };
    }
  }
}

/** Plays the scenes in order and gives a result for every check, also for those that could not be made. */
export async function playScenes(scenes: readonly Scene[], bench: Bench, play: Play): Promise<Result[]> {
  const results: Result[] = [];
  for (const scene of scenes) {
    const stopped = (): string | undefined => (play.stopped?.() ? 'the run was interrupted' : undefined);
    const reason = stopped() ?? scene.skip?.(bench);
    let blocked: Verdict | undefined = reason === undefined ? undefined : skip(reason);
    if (blocked === undefined) {
      play.tell(`scene ${scene.name}`);
      try {
        await scene.enter(bench);
      } catch (error) {
        blocked = fail('the scene can be set up', words(error));
        play.tell(`  could not be set up: ${words(error)}`);
      }
    }
    for (const check of scene.checks) {
      const start = play.now();
      const late = stopped();
      const verdict =
        blocked ??
        (late === undefined ? undefined : skip(late)) ??
        (await check.run(bench).catch((error: unknown) => fail('an answer', words(error))));
      const result = judge(check, scene.name, verdict, Math.round((play.now() - start) / 100) / 10, play.differences[check.id]);
      play.tell(`  ${result.status.padEnd(5)} ${check.id}${result.status === 'fail' ? `: ${result.found}` : ''}`);
      results.push(result);
    }
    if (reason === undefined) {
      await scene.leave?.(bench).catch((error: unknown) => play.tell(`  leaving ${scene.name}: ${words(error)}`));
    }
  }
  return results;
}
