import type { RunContext } from '../operation/index.ts';

/** Shows the lines a script says with `@ ` before them, and nothing else of its output. */
export function followProgress(context: RunContext): (text: string) => void {
  return (text) => {
    for (const line of text.split('\n')) if (line.startsWith('@ ')) context.progress(line.slice(2));
  };
}
