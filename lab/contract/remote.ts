import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';

/** What a remote script answered. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How to run a remote script. */
export interface ScriptOptions {
  /** Become $1, $2, … of the script. */
  readonly args?: readonly string[];
  /** Default 120 s; then ssh is ended and the call throws. */
  readonly seconds?: number;
}

/** A machine reached by the system's ssh, where everything runs as root. */
export interface Host {
  /** As given on the command line: `user@name`. */
  readonly target: string;
  /** Runs a POSIX sh script and gives its answer, whatever the exit code. */
  run(script: string, options?: ScriptOptions): Promise<Answer>;
  /** Like `run`, but a non-zero exit throws; gives stdout. */
  need(script: string, options?: ScriptOptions): Promise<string>;
  /** Copies a local file there, mode 755. */
  upload(localFile: string, remotePath: string): Promise<void>;
  /** Writes text there, root's, with the mode. */
  write(remotePath: string, text: string, mode?: string): Promise<void>;
  /** Ends the shared connection. */
  close(): Promise<void>;
}

/** Quotes a value for a POSIX shell. */
const quote = (value: string): string => `'${value.replaceAll("'", `'"'"'`)}'`;

/** The script with its arguments set at its head: nothing but this fixed text and quoted values reaches a shell. */
export function withArguments(script: string, args: readonly string[]): string {
  return `set -- ${args.map(quote).join(' ')}\n${script}\n`;
}

/** Runs a local program with the given stdin and a time limit. */
function program(argv: readonly string[], input: string | Readable, seconds: number): Promise<Answer> {
  const [command = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe' });
    let out = '';
    let err = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`no answer within ${seconds} s\n${out}${err}`.slice(0, 2000)));
    }, seconds * 1000);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.stdin.on('error', () => undefined); // ended early: the exit code tells
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 128, out, err });
    });
    if (typeof input === 'string') child.stdin.end(input);
    else input.pipe(child.stdin);
  });
}

/** Opens a host. `sshArgs` go before the target, `controlPath` is shared by all calls of this run. */
export function openHost(target: string, sshArgs: readonly string[], controlPath: string): Host {
  const ssh = ['ssh', '-o', 'BatchMode=yes', '-o', 'ControlMaster=auto', '-o', `ControlPath=${controlPath}`, '-o', 'ControlPersist=120'];
  const words = [...ssh, ...sshArgs, target, '--'];
  // A user who is root needs no sudo; any other must have it without a password.
  const become = 'if [ "$(id -u)" = 0 ]; then exec sh -s; else exec sudo -n sh -s; fi';

  const run: Host['run'] = (script, options = {}) =>
    program([...words, become], withArguments(script, options.args ?? []), options.seconds ?? 120);
  const need: Host['need'] = async (script, options) => {
    const answer = await run(script, options);
    if (answer.code === 0) return answer.out;
    throw new Error(`${target}: exit code ${answer.code} from\n${script.trim().slice(0, 400)}\n${answer.err.slice(-600)}`);
  };
  return {
    target,
    run,
    need,
    async upload(localFile, remotePath) {
      const copy = `umask 022; if [ "$(id -u)" = 0 ]; then exec tee ${quote(remotePath)}; else exec sudo -n tee ${quote(remotePath)}; fi >/dev/null`;
      const answer = await program([...words, copy], createReadStream(localFile), 900);
      if (answer.code !== 0) throw new Error(`${target}: upload of ${localFile} failed: ${answer.err}`);
      await need('chmod 755 "$1"', { args: [remotePath] });
    },
    async write(remotePath, text, mode = '600') {
      await need('mkdir -p "$(dirname "$1")"; umask 077; printf %s "$2" > "$1"; chmod "$3" "$1"', { args: [remotePath, text, mode] });
    },
    async close() {
      await program([...ssh, '-O', 'exit', target], '', 10).catch(() => undefined);
    },
  };
}
