const factors: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};
const divisors: Readonly<Record<string, number>> = { m: 1e3, u: 1e6, n: 1e9 };

/**
 * A Kubernetes quantity (`512Mi`, `250m`, `1e3`, 1) as a number in its base unit (bytes, CPUs), or
 * undefined when it is none. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))([eE][+-]?\d+|[a-zA-Z]{0,2})$/.exec(value.trim());
  if (!match) return undefined;
  const [, digits = '', suffix = ''] = match;
  if (/^[eE][+-]?\d+$/.test(suffix)) return Number(digits + suffix);
  const divisor = divisors[suffix];
  // Divided, not multiplied by a fraction: 700m is then exactly what 0.7 is.
  if (divisor !== undefined) return Number(digits) / divisor;
  const factor = factors[suffix];
  return factor === undefined ? undefined : Number(digits) * factor;
}
