import { isIPv6 } from 'node:net';
import { cidrContains, parseCidr, parseIpv4 } from '../../common/index.ts';
import { type Read, show } from '../value.ts';
import { readText } from './text.ts';

/** An IPv4 address another machine can use. */
export function readAddress(input: unknown): Read<string> {
  const text = readText(input);
  if (!('value' in text)) return text;
  if (isIPv6(text.value)) {
    return { wrong: 'is an IPv6 address, which is not built yet', code: 'FAR-SPEC-006', hint: "write the machine's IPv4 address" };
  }
  const address = parseIpv4(text.value);
  if (address === undefined) {
    return { wrong: `is not an IPv4 address: ${show(text.value)}`, hint: 'write it like `10.0.0.20`; names are not looked up here' };
  }
  const useless = unusable.find((range) => cidrContains(range.cidr, address));
  if (useless) return { wrong: `is ${useless.what}: ${show(text.value)}`, hint: 'write the address the other machines reach it by' };
  return { value: text.value };
}

/** Whether an IPv4 address only means something inside one network (RFC 1918, carrier-grade NAT). */
export function isPrivateAddress(text: string): boolean {
  const address = parseIpv4(text);
  return address !== undefined && privateRanges.some((range) => cidrContains(range, address));
}

const range = (text: string) => parseCidr(text) ?? { first: 0, prefix: 32, text };
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map(range);
const unusable = [
  { cidr: range('0.0.0.0/8'), what: 'no address of a machine' },
  { cidr: range('127.0.0.0/8'), what: 'a loopback address' },
  { cidr: range('169.254.0.0/16'), what: 'a link-local address' },
  { cidr: range('224.0.0.0/3'), what: 'no address of a machine' },
];
