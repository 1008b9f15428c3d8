/** Says on stderr what is being done and how long it took. */
export interface Progress {
  /** A line for something that has happened. */
  say(text: string): void;
  /** Runs a step; announced before when it is known to be slow, and timed after. */
  step<T>(text: string, work: () => Promise<T>): Promise<T>;
}

const quietBelowSeconds = 1;

/** Progress lines with the seconds since the start in front: `[  3.2s] …`. */
export function stderrProgress(now: () => number = Date.now): Progress {
  const start = now();
  const seconds = () => (now() - start) / 1000;
  const say = (text: string) => {
    process.stderr.write(`[${seconds().toFixed(1).padStart(6)}s] ${text}\n`);
  };
  return {
    say,
    async step(text, work) {
      const began = seconds();
      const announce = setTimeout(() => say(`${text} …`), quietBelowSeconds * 1000);
      try {
        const result = await work();
        const took = seconds() - began;
        if (took >= quietBelowSeconds) {
          say(`${text}: done in ${took.toFixed(1)} s`);
        }
        return result;
      } finally {
        clearTimeout(announce);
      }
    },
  };
}
