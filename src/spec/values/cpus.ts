import type { Millicpu } from '../../common/index.ts';
import { kindOf, type Read, show } from '../value.ts';

/** CPUs as a number (`2`, `0.5`) or in thousandths as Kubernetes writes them (`500m`). */
export function readCpus(input: unknown): Read<Millicpu> {
  if (typeof input !== 'number' && typeof input !== 'string') return { wrong: `should be a number of CPUs, but is ${kindOf(input)}` };
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(String(input).trim());
  if (!match) return { wrong: `is not a number of CPUs: ${show(input)}`, hint: 'write `2`, `0.5` or `500m`' };
  const millicpu = Math.round(Number(match[1]) * (match[2] ? 1 : 1000));
  if (millicpu < 1 || millicpu > 1_024_000) return { wrong: `is out of range: ${show(input)}`, hint: 'write between `1m` and `1024`' };
  return { value: millicpu };
}

/** JSON Schema of what `readCpus` takes. */
export const cpusSchema = {
  anyOf: [
    { type: 'number', exclusiveMinimum: 0, maximum: 1024 },
    { type: 'string', pattern: '^\\d+(\\.\\d+)?m?$' },
  ],
  examples: [2, 0.5, '500m'],
};
