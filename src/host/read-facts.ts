import type { Clock } from '../common/index.ts';
import { FarthingError } from '../common/index.ts';
import type { Shell } from '../ssh/index.ts';
import { factsScript } from './facts-script.ts';
import { parseFacts } from './parse-facts.ts';
import type { HostFacts } from './types.ts';

/** One look at a host: one script, one command over the connection. Throws FAR-SSH-00x when it cannot be had. */
export async function readHostFacts(shell: Shell, clock: Clock, options: { readonly signal?: AbortSignal } = {}): Promise<HostFacts> {
  let first: number | undefined;
  const result = await shell.run(factsScript, {
    ...options,
    // The script's first line is the host's time: what passed until it arrived is the error of the comparison.
    onOutput: () => {
      first ??= clock.now();
    },
  });
  if (!result.stdout.includes('\n@@farthing:end\n')) {
    throw new FarthingError('FAR-SSH-006', `${shell.machine} did not tell all about itself`, { hint: 'Run the command again.' });
  }
  return parseFacts(shell.machine, result.stdout, first ?? clock.now());
}
