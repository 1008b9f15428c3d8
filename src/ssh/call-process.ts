import type { Processes, ProcessResult } from '../common/index.ts';

/**
 * Runs ssh and does not wait for it after an abort or the timeout (milliseconds): over a shared
 * connection its pipes belong to the connection's process and stay open until the remote command
 * ends, whatever happens to the one we started. A timeout gives code null.
 */
export async function callProcess(
  processes: Processes,
  argv: readonly string[],
  input: string | Uint8Array,
  options: { readonly timeout: number; readonly signal?: AbortSignal; readonly onOutput?: (chunk: string) => void },
): Promise<ProcessResult> {
  options.signal?.throwIfAborted();
  const child = processes.start(argv, { input, ...(options.onOutput ? { onStdout: options.onOutput } : {}) });
  let timer: NodeJS.Timeout | undefined;
  let abort = () => {};
  const ended = new Promise<ProcessResult>((resolve, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve({ code: null, signal: 'SIGKILL', stdout: '', stderr: '' });
    }, options.timeout);
    abort = () => {
      child.kill();
      reject(options.signal?.reason as Error);
    };
    options.signal?.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([child.done, ended]);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
  }
}
