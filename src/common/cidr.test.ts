import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cidrContains, cidrsOverlap, formatIpv4, parseCidr, parseIpv4 } from './cidr.ts';

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const range = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([first, prefix]) => {
  const cidr = parseCidr(`${formatIpv4(first)}/${prefix}`);
  if (!cidr) throw new Error(`${formatIpv4(first)}/${prefix} was not read`);
  return cidr;
});

describe('IPv4 ranges', () => {
  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0/8', '10.0.0.256/8', '010.0.0.0/8', 'fd00::/8', '', '/8'])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  it('clears host bits in the canonical text', () => {
    expect(parseCidr('10.42.7.9/16')?.text).toBe('10.42.0.0/16');
    expect(parseCidr('192.168.1.1/32')?.text).toBe('192.168.1.1/32');
    expect(parseCidr('1.2.3.4/0')?.text).toBe('0.0.0.0/0');
  });

  it('reads what it writes', () => {
    fc.assert(fc.property(address, (n) => parseIpv4(formatIpv4(n)) === n));
  });

  it('calls two ranges overlapping exactly when one holds the first address of the other', () => {
    fc.assert(fc.property(range, range, (a, b) => cidrsOverlap(a, b) === (cidrContains(a, b.first) || cidrContains(b, a.first))));
  });
});
