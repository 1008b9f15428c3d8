import { readFile } from 'node:fs/promises';

/** Reads a list of CPUs as the kernel writes it: `0-2,5`. */
export function parseCpuList(text: string): readonly number[] {
  return text
    .trim()
    .split(',')
    .filter(Boolean)
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

/** Writes a list of CPUs as the kernel does. */
export function formatCpuList(cpus: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const cpu of cpus) {
    const last = ranges.at(-1);
    if (last && last[1] === cpu - 1) {
      last[1] = cpu;
    } else {
      ranges.push([cpu, cpu]);
    }
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** The CPUs of a host: as many as its size says, taken in turn by its place in the layout, all where there are not more. */
export function pickCpus(wanted: number, place: number, available: readonly number[]): readonly number[] {
  const count = Math.min(wanted, available.length);
  const picked = Array.from({ length: count }, (_, index) => available[(place + index) % available.length] ?? 0);
  return picked.toSorted((a, b) => a - b);
}

/** The CPUs that this machine lets us use. */
export async function availableCpus(): Promise<readonly number[]> {
  const status = await readFile('/proc/self/status', 'utf8');
  return parseCpuList(status.match(/^Cpus_allowed_list:\s*(.*)$/m)?.[1] ?? '0');
}
