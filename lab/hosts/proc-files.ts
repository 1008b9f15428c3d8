const width = 12;

/**
 * Text of /proc/meminfo for a host. Every line keeps its length whatever the numbers, so that the file can be
 * rewritten in place while somebody reads it.
 */
export function memInfo(totalKiB: number, usedKiB: number): string {
  const free = Math.max(0, totalKiB - usedKiB);
  const rows: readonly (readonly [string, number])[] = [
    ['MemTotal', totalKiB],
    ['MemFree', free],
    ['MemAvailable', free],
    ['Buffers', 0],
    ['Cached', 0],
    ['SwapCached', 0],
    ['SwapTotal', 0],
    ['SwapFree', 0],
    ['Hugepagesize', 2048],
  ];
  return rows.map(([name, value]) => `${`${name}:`.padEnd(16)}${`${value}`.padStart(width)} kB\n`).join('');
}

/** Some CPUs of a machine's /proc/cpuinfo, by number. */
export function cpuInfo(text: string, cpus: readonly number[]): string {
  const blocks = text.trimEnd().split('\n\n');
  return blocks
    .filter((block) => cpus.includes(Number(block.match(/^processor\s*: (\d+)$/m)?.[1])))
    .map((block) => `${block}\n\n`)
    .join('');
}
