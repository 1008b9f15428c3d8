import { parseCidr } from '../../common/index.ts';
import { type Read, show } from '../value.ts';
import { readText } from './text.ts';

/** An IPv4 range in CIDR form, without host bits. */
export function readCidr(input: unknown): Read<string> {
  const text = readText(input);
  if (!('value' in text)) return text;
  const cidr = parseCidr(text.value);
  if (text.value.includes(':')) {
    return { wrong: 'is an IPv6 range, which is not built yet', code: 'FAR-SPEC-006', hint: 'write an IPv4 range like `10.42.0.0/16`' };
  }
  if (!cidr) return { wrong: `is not a range of addresses: ${show(text.value)}`, hint: 'write it like `10.42.0.0/16`' };
  if (cidr.text !== text.value) return { wrong: `has host bits set: ${show(text.value)}`, hint: `write \`${cidr.text}\`` };
  return { value: cidr.text };
}
