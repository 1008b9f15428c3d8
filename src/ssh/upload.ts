import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { appendScript, finishScript } from './scripts.ts';
import type { Shell } from './types.ts';

const chunkSize = 4 * 1024 * 1024;

/** Copies a file in chunks, so that it can be stopped and its progress shown; the last step checks the whole and renames. */
export async function uploadFile(run: Shell['run'], local: string, path: string, options: Parameters<Shell['upload']>[2]): Promise<void> {
  const part = `${path}.farthing-part`;
  const signal = options.signal ? { signal: options.signal } : {};
  const file = await open(local, 'r');
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.alloc(chunkSize);
    for (let offset = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, chunkSize, offset);
      const input = buffer.subarray(0, bytesRead);
      if (bytesRead > 0 || offset === 0) {
        await run(appendScript, { args: [part, String(offset), String(bytesRead)], input, timeout: 600_000, ...signal });
      }
      hash.update(input);
      offset += bytesRead;
      options.onBytes?.(offset);
      if (bytesRead < chunkSize) break;
    }
    await run(finishScript, { args: [part, path, options.mode.toString(8), hash.digest('hex')], ...signal });
  } finally {
    await file.close();
  }
}
