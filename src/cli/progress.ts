import pc from 'picocolors';
import type { ApplyEvent } from '../apply/index.ts';
import { type Clock, formatDuration, type Terminal } from '../common/index.ts';

/**
 * Shows a run on standard error, one line an event, so that it reads the same in a terminal, in a
 * log and over a bad line. A heartbeat says what is still under way after ten silent seconds.
 */
export function showProgress(
  terminal: Terminal,
  clock: Clock,
  redact: (text: string) => string,
  quiet = false,
): { onEvent(event: ApplyEvent): void; stop(): void } {
  const began = clock.now();
  const running = new Map<string, { title: string; since: number; line: string }>();
  let last = began;
  const say = (mark: string, text: string) => {
    last = clock.now();
    if (!quiet) terminal.note(`${pc.dim(`${((clock.now() - began) / 1000).toFixed(0).padStart(4)}s`)} ${mark} ${redact(text)}\n`);
  };
  const beat = setInterval(() => {
    if (clock.now() - last < 10_000) return;
    for (const { title, since, line } of running.values())
      say(pc.dim('…'), `${title}: ${line || 'under way'} (${formatDuration(clock.now() - since)})`);
  }, 1000);
  beat.unref();
  return {
    onEvent(event) {
      const { operation } = event;
      if (event.kind === 'started') running.set(operation.id, { title: operation.title, since: event.at, line: '' });
      else if (event.kind === 'progress') {
        const entry = running.get(operation.id);
        if (entry && entry.line !== event.line) {
          entry.line = event.line;
          say(pc.dim('·'), `${operation.title}: ${event.line}`);
        }
        return;
      } else running.delete(operation.id);
      if (event.kind === 'started') say(pc.cyan('▸'), operation.title);
      if (event.kind === 'already') say(pc.green('✓'), `${operation.title} (was so already)`);
      if (event.kind === 'done') say(pc.green('✓'), `${operation.title} (${formatDuration(event.took)})`);
      if (event.kind === 'failed') say(pc.red('✗'), `${operation.title}: ${event.error.message}`);
      if (event.kind === 'skipped') say(pc.yellow('-'), `${operation.title}: not done, ${event.because}`);
    },
    stop: () => clearInterval(beat),
  };
}
