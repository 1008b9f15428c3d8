/** An IPv4 range as numbers: first address and size. */
interface Range {
  readonly first: number;
  readonly size: number;
}

/** Do two IPv4 ranges (`10.42.0.0/16`, a bare address is /32) share an address? Text that is none shares nothing. */
export function cidrsOverlap(a: string, b: string): boolean {
  const [x, y] = [range(a), range(b)];
  return x !== undefined && y !== undefined && x.first < y.first + y.size && y.first < x.first + x.size;
}

function range(text: string): Range | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(text);
  if (!match) return undefined;
  const address = match.slice(1, 5).reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(match[5] ?? 32));
  return { first: Math.floor(address / size) * size, size };
}
