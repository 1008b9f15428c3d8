/** Bytes of memory or disk. */
export type Bytes = number & { readonly __unit?: 'bytes' };
/** Thousandths of a CPU. */
export type Millicpu = number & { readonly __unit?: 'millicpu' };
/** Milliseconds. */
export type Milliseconds = number & { readonly __unit?: 'milliseconds' };

/** An amount of money a month: `amount` in the currency's unit (4.5 = four and a half), net of VAT. */
export interface Money {
  readonly amount: number;
  readonly currency: 'EUR' | 'USD';
}

const binary: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
  ti: 1024 ** 4,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

/**
 * `512MiB`, `12GiB`, `256m` (Compose), `1Gi` (Kubernetes) as bytes, or undefined when it is none.
 * As in Compose, units without an i count in 1024s too. `bare` allows a number without a unit.
 */
export function parseBytes(text: string, options: { readonly bare?: boolean } = {}): Bytes | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = (match?.[2] ?? '').toLowerCase();
  const factor = match && Object.hasOwn(binary, unit) ? binary[unit] : undefined;
  if (!match || factor === undefined) return undefined;
  if (match[2] === '' && !options.bare) return undefined;
  return Math.round(Number(match[1]) * factor);
}

/** Bytes as a person would write them: `512 MiB`, `1.5 GiB`. */
export function formatBytes(bytes: Bytes): string {
  const steps = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let step = 0;
  while (value >= 1024 && step < steps.length - 1) {
    value /= 1024;
    step += 1;
  }
  const text = value >= 100 || Number.isInteger(value) ? Math.round(value).toString() : value.toFixed(1);
  return `${text.replace(/\.0$/, '')} ${steps[step]}`;
}

/** Bytes as the shortest exact Kubernetes quantity: `512Mi`, `1Gi`, `1500`. */
export function quantityOfBytes(bytes: Bytes): string {
  for (const [suffix, size] of [
    ['Gi', 1024 ** 3],
    ['Mi', 1024 ** 2],
    ['Ki', 1024],
  ] as const) {
    if (bytes > 0 && bytes % size === 0) return `${bytes / size}${suffix}`;
  }
  return String(bytes);
}

const seconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `1m30s`, `2h` as milliseconds, or undefined when it is none. */
export function parseDuration(text: string): Milliseconds | undefined {
  if (!/^(\d+(?:\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) total += Number(amount) * (seconds[unit ?? ''] ?? 0);
  return Math.round(total);
}

/** Milliseconds as `850 ms`, `12 s`, `3 min 20 s`. */
export function formatDuration(ms: Milliseconds): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const rest = Math.round((ms % 60_000) / 1000);
  return `${Math.floor(ms / 60_000)} min${rest ? ` ${rest} s` : ''}`;
}

/** Money as `€4.50` or `$14.00`; zero is `free`. */
export function formatMoney(money: Money): string {
  if (money.amount === 0) return 'free';
  return `${money.currency === 'EUR' ? '€' : '$'}${money.amount.toFixed(2)}`;
}
