import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sha256 } from '../common/index.ts';

/** The name a machine's key is kept under: a new address or port is a new machine, whose key must be looked at again. */
export function keyAlias(machine: string, target: string, port: number | undefined): string {
  return `${machine}.${sha256(`${target}:${port ?? ''}`).slice(0, 8)}.farthing`;
}

/** `SHA256:…` as ssh shows it, of a key like `ssh-ed25519 AAAA… comment`; undefined when it is no key. */
export function keyFingerprint(key: string): string | undefined {
  const [type, blob] = key.trim().split(/\s+/);
  if (!type || !blob || !/^[A-Za-z0-9+/]+=*$/.test(blob)) return undefined;
  return `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '')}`;
}

/** The keys a known_hosts file holds for an alias of ours; [] when there is no file. */
export function knownKeys(file: string, alias: string): string[] {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${alias} `))
    .map((line) => line.slice(alias.length + 1).trim());
}

/** Adds an accepted key to farthing's known_hosts, which only its owner can read. */
export function rememberKey(file: string, alias: string, key: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  appendFileSync(file, `${alias} ${key}\n`, { mode: 0o600 });
}

/** Writes the keys pinned in farthing.yaml where ssh can read them. */
export function writePins(file: string, alias: string, keys: readonly string[]): void {
  writeFileSync(file, keys.map((key) => `${alias} ${key.trim().split(/\s+/).slice(0, 2).join(' ')}\n`).join(''), { mode: 0o600 });
}
