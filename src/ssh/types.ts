import type { ProcessResult, Sealed } from '../common/index.ts';

/** How to run a script on a machine. */
export interface RunOptions {
  /** `$1 $2 …` of the script. Never secrets: they show in the process list of the machine. */
  readonly args?: readonly string[];
  /** As root (through sudo -n when the user is not root). Default true. */
  readonly root?: boolean;
  /** Milliseconds; default 60 s. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly onOutput?: (chunk: string) => void;
  /** Exit codes that are not an error; default [0]. */
  readonly ok?: readonly number[];
  /**
   * What the script reads on its standard input; may be secret. The script itself then travels as an
   * argument of the remote shell, so it must be a constant without secrets and below 100 KiB.
   */
  readonly input?: string | Uint8Array | Sealed;
}

/** A forwarded port: connect to `host:port` on the laptop. */
export interface Forward {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** One remote machine, over one shared ssh connection (at most 8 channels at once). */
export interface Shell {
  readonly machine: string;
  readonly target: string;
  /** Runs a POSIX sh script given on standard input; throws FAR-SSH-006 with the last lines on another exit code. */
  run(script: string, options?: RunOptions): Promise<ProcessResult>;
  /** Writes a file atomically (temp file beside it, fsync, rename), creating parent folders. Content goes over stdin. */
  write(
    path: string,
    content: string | Uint8Array | Sealed,
    options: { readonly mode: number; readonly owner?: string; readonly signal?: AbortSignal },
  ): Promise<void>;
  /** Copies a local file the same way, with progress; for large files. */
  upload(
    local: string,
    path: string,
    options: { readonly mode: number; readonly signal?: AbortSignal; readonly onBytes?: (sent: number) => void },
  ): Promise<void>;
  /** Forwards a free local port to host:port as seen from the machine. */
  forward(host: string, port: number, options?: { readonly localPort?: number }): Promise<Forward>;
  /** The argv of an interactive ssh to it, for `farthing ssh` and `exec`. */
  command(remote: readonly string[], options?: { readonly tty?: boolean }): readonly string[];
  /** Logs in over a new connection beside the shared one, to prove that it still can be done; throws FAR-SSH-00x. */
  knock(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Ends the shared connection. */
  close(): Promise<void>;
}

/** Opens shells by machine name; each machine is connected once. */
export interface Shells {
  open(machine: string): Promise<Shell>;
  closeAll(): Promise<void>;
}
