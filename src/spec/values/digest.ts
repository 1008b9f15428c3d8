import { type Read, show } from '../value.ts';
import { readText } from './text.ts';

/** A sha256 digest in hex. */
export function readDigest(input: unknown): Read<string> {
  const text = readText(input);
  if (!('value' in text)) return text;
  if (/^[0-9a-f]{64}$/i.test(text.value)) return { value: text.value.toLowerCase() };
  const hex = /[0-9a-f]{64}/i.exec(text.value)?.[0];
  if (hex) return { wrong: 'has more in it than a digest', hint: `write \`${hex.toLowerCase()}\`` };
  return { wrong: `is not a sha256 digest: ${show(text.value)}`, hint: 'write its 64 hex digits, as `sha256sum FILE` prints them' };
}
