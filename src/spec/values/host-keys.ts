import { type Read, show } from '../value.ts';
import { readList, readText } from './text.ts';

/** Public host keys as OpenSSH writes them: `ssh-ed25519 AAAA…`. Comments and a leading host name are dropped. */
export function readHostKeys(input: unknown): Read<readonly string[]> {
  return readList(input, readHostKey);
}

function readHostKey(input: unknown): Read<string> {
  const text = readText(input);
  if (!('value' in text)) return text;
  const match = /(?:^|\s)((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w.@-]+)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(text.value);
  if (match && typeInside(match[2] ?? '') === match[1]) return { value: `${match[1]} ${match[2]}` };
  if (text.value.includes('PRIVATE KEY')) {
    return { wrong: 'is a private key', code: 'FAR-SPEC-010', hint: "write the host's public key: `ssh-keyscan HOST` prints it" };
  }
  const scan = 'write the whole public key, as `ssh-keyscan -t ed25519 HOST` prints it after the host name';
  if (/^(SHA256|MD5):/.test(text.value)) return { wrong: 'is a fingerprint, not a key', hint: scan };
  return { wrong: `is not a public host key: ${show(text.value)}`, hint: scan };
}

/** The key type inside the blob (RFC 4253 §6.6: a length-prefixed string comes first). */
function typeInside(base64: string): string {
  const blob = Buffer.from(base64, 'base64');
  return blob.length < 4 ? '' : blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
}
