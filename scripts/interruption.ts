let stopped = false;

/** From now on, being told to end (Ctrl-C, SIGTERM) does not end this process: it puts away what it started, and asks here. */
export function watchInterruption(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stopped = true;
    });
  }
}

/** Whether we were told to end: nothing new is begun. */
export function isInterrupted(): boolean {
  return stopped;
}
