import { closeSync, openSync, writeSync } from 'node:fs';
import type { ApplyEvent } from '../apply/index.ts';

/** A local record of what farthing did to a cluster, for the person who wonders later. */
export interface Audit {
  write(event: ApplyEvent): void;
  close(): void;
}

/** Appends to `path` (0600). Progress lines are left out; texts are redacted. */
export function openAudit(path: string, command: string, redact: (text: string) => string): Audit {
  const file = openSync(path, 'a', 0o600);
  return {
    write(event) {
      if (event.kind === 'progress') return;
      const { operation, at, kind } = event;
      const detail =
        event.kind === 'failed'
          ? { error: event.error.code, message: event.error.message }
          : event.kind === 'done'
            ? { took: event.took }
            : {};
      writeSync(
        file,
        `${redact(JSON.stringify({ at: new Date(at).toISOString(), command, kind, operation: operation.id, title: operation.title, ...detail }))}\n`,
      );
    },
    close: () => closeSync(file),
  };
}
