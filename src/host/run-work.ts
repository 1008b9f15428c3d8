import { randomBytes } from 'node:crypto';
import { type Clock, FarthingError, type ProcessResult, Sealed } from '../common/index.ts';
import type { Shell } from '../ssh/index.ts';
import { parsePairs } from './sections.ts';
import { startWorkScript, workRunner } from './work-scripts.ts';

/** A piece of work on a host. */
export interface Work {
  /** Shown as the unit's description, and to whoever has to wait: "farthing: open the firewall". */
  readonly name: string;
  /** POSIX sh; a constant. Its files are in `$FILES`, its arguments are `$1 …` (no newlines, no secrets). */
  readonly script: string;
  readonly args?: readonly string[];
  /** Staged 0600 in a folder of root's that is gone after a reboot; may be secret. */
  readonly files?: Readonly<Record<string, string | Sealed>>;
  /** Milliseconds the unit may take, counted on the host. */
  readonly timeout: number;
  /** Milliseconds to wait for other work on the host; default ten minutes. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
  readonly progress?: (line: string) => void;
  readonly onOutput?: (chunk: string) => void;
  readonly ok?: readonly number[];
}

const busy = 75;

/**
 * Runs work on a host as the transient unit farthing-work, so that it ends (or is stopped after its
 * time) even when we are gone, and two commands cannot work on one host at once. Throws
 * FAR-HOST-001 when the host stays busy, FAR-SSH-006 when the work fails.
 */
export async function runWork(shell: Shell, clock: Clock, work: Work): Promise<ProcessResult> {
  const files = {
    ...work.files,
    runner: workRunner,
    script: work.script,
    arguments: (work.args ?? []).map((argument) => `${argument}\n`).join(''),
  };
  const input = new Sealed(framed(files));
  const until = clock.now() + (work.patience ?? 600_000);
  for (let told = false; ; ) {
    const folder = randomBytes(6).toString('hex');
    const result = await shell.run(startWorkScript, {
      args: [work.name, folder, String(Math.ceil(work.timeout / 1000))],
      input,
      // The host keeps the time; this only notices a connection that hangs.
      timeout: work.timeout + 30_000,
      ok: [...(work.ok ?? [0]), busy],
      ...(work.signal ? { signal: work.signal } : {}),
      ...(work.onOutput ? { onOutput: work.onOutput } : {}),
    });
    if (result.code !== busy) return result;
    const other = parsePairs(result.stdout);
    const who = `"${other.Description ?? 'other work'}" since ${other.ActiveEnterTimestamp ?? 'a while'}`;
    if (clock.now() > until) {
      throw new FarthingError('FAR-HOST-001', `${shell.machine} is still busy with ${who}`, {
        hint: `Wait for it, or look what it does: farthing ssh ${shell.machine} sudo systemctl status farthing-work`,
      });
    }
    if (!told) work.progress?.(`${shell.machine} is busy with ${who}: waiting for it`);
    told = true;
    await clock.sleep(1000, work.signal);
  }
}

/** Files in the form the start script reads: `name bytes`, the bytes, …, `. 0`. */
function framed(files: Readonly<Record<string, string | Sealed>>): string {
  const parts = Object.entries(files).map(([name, content]) => {
    const text = content instanceof Sealed ? content.reveal() : content;
    return `${name} ${Buffer.byteLength(text)}\n${text}`;
  });
  return `${parts.join('')}. 0\n`;
}
