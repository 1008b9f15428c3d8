/** An IPv4 range: first address as a number, and how many leading bits are fixed. */
export interface Cidr {
  readonly first: number;
  readonly prefix: number;
  /** Canonical text, host bits cleared: `10.42.0.0/16`. */
  readonly text: string;
}

/** A dotted IPv4 address as a number, or undefined when it is none. Octets with leading zeros are refused (some read them as octal). */
export function parseIpv4(text: string): number | undefined {
  const match = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.exec(text);
  const octets = match?.slice(1).map(Number);
  if (!octets || octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

/** `10.42.0.0/16` as a range, or undefined. Host bits may be set: compare `text` to find out. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text);
  const address = match ? parseIpv4(match[1] ?? '') : undefined;
  const prefix = Number(match?.[2]);
  if (address === undefined || prefix > 32) return undefined;
  const first = address - (address % size(prefix));
  return { first, prefix, text: `${formatIpv4(first)}/${prefix}` };
}

/** A number as a dotted IPv4 address. */
export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** Whether two ranges share an address. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return a.first < b.first + size(b.prefix) && b.first < a.first + size(a.prefix);
}

/** Whether the range holds the address (as a number, see `parseIpv4`). */
export function cidrContains(range: Cidr, address: number): boolean {
  return address >= range.first && address < range.first + size(range.prefix);
}

function size(prefix: number): number {
  return 2 ** (32 - prefix);
}
