import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { staging } from './bench.ts';
import type { Options } from './options.ts';
import type { Host } from './remote.ts';

/** Names of one architecture's files in a release. */
export function releaseNames(machine: string): { readonly binary: string; readonly sums: string } {
  if (machine === 'x86_64' || machine === 'amd64') return { binary: 'k3s', sums: 'sha256sum-amd64.txt' };
  if (machine === 'aarch64' || machine === 'arm64') return { binary: 'k3s-arm64', sums: 'sha256sum-arm64.txt' };
  throw new Error(`no release file is known for ${machine}`);
}

/** The digest that a list of `<sha256>  <name>` lines gives for a file, or undefined. */
export function digestFor(list: string, name: string): string | undefined {
  for (const line of list.split('\n')) {
    const [digest, file] = line.trim().split(/\s+\*?/);
    if (file === name && digest !== undefined && /^[0-9a-f]{64}$/.test(digest)) return digest;
  }
  return undefined;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function download(url: string, file: string): Promise<void> {
  const answer = await fetch(url);
  if (!answer.ok || answer.body === null) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  // Renamed when whole, so that a broken download is not taken for a cached one.
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), createWriteStream(`${file}.part`));
  await rename(`${file}.part`, file);
}

async function text(source: string): Promise<string> {
  if (!/^https?:/.test(source)) return readFile(source, 'utf8');
  const answer = await fetch(source);
  if (!answer.ok) throw new Error(`${source}: ${answer.status} ${answer.statusText}`);
  return answer.text();
}

/** Gets the binary for an architecture here: given, cached or downloaded, and checked against the mirror's list. */
async function localBinary(options: Options, machine: string): Promise<string> {
  if (options.binary !== undefined) return options.binary;
  const names = releaseNames(machine);
  const base = `${options.mirror}/${encodeURIComponent(options.version)}`;
  const wanted = digestFor(await text(`${base}/${names.sums}`), names.binary);
  if (wanted === undefined) throw new Error(`${base}/${names.sums} has no line for ${names.binary}`);
  const folder = join(tmpdir(), `k3s-contract-${process.getuid?.() ?? 0}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, wanted);
  const cached = await access(file).then(
    () => true,
    () => false,
  );
  if (!cached) await download(`${base}/${names.binary}`, file);
  const got = await sha256(file);
  if (got !== wanted) throw new Error(`${file}: sha256 ${got}, the mirror's list says ${wanted}; delete it and run again`);
  return file;
}

/**
 * Puts on a host, under the staging folder: `k3s`, `install.sh`, and `release/download/<version>/` in the layout
 * that the installer downloads from, so that its download can be tried with a file address.
 */
export async function stage(host: Host, options: Options, machine: string): Promise<void> {
  const names = releaseNames(machine);
  await host.need('mkdir -p "$1/release/download/$2" "$1/bin"', { args: [staging, options.version] });
  await host.upload(await localBinary(options, machine), `${staging}/k3s`);
  const script = join(tmpdir(), `k3s-contract-install-${process.pid}.sh`);
  await writeFile(script, await text(options.installScript));
  await host.upload(script, `${staging}/install.sh`);
  await host.need(
    `cd "$1/release/download/$2"
     ln -sf "$1/k3s" "$3"
     printf '%s  %s\\n' "$(sha256sum "$1/k3s" | cut -d' ' -f1)" "$3" > "$4"`,
    { args: [staging, options.version, names.binary, names.sums] },
  );
}
