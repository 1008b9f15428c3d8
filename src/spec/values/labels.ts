import { kindOf, type Read, show } from '../value.ts';

const namePart = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const prefixPart = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
/** Set by Kubernetes from what the machine is; a wrong one would break placement. */
const taken = /^(kubernetes\.io|beta\.kubernetes\.io|node-role\.kubernetes\.io|node\.kubernetes\.io)\//;

/** Kubernetes labels (syntax of labels and selectors, kubernetes.io/docs). */
export function readLabels(input: unknown): Read<Readonly<Record<string, string>>> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return { wrong: `should be a map of labels, but is ${kindOf(input)}` };
  for (const [key, value] of Object.entries(input)) {
    const wrong = wrongWith(key, value);
    if (wrong) return { ...wrong, below: [key] };
  }
  return { value: input as Record<string, string> };
}

function wrongWith(key: string, value: unknown): { wrong: string; hint: string; onKey?: true } | undefined {
  const [name = '', prefix] = key.split('/').reverse();
  if (key.split('/').length > 2 || !namePart.test(name) || (prefix !== undefined && !prefixPart.test(prefix))) {
    return {
      wrong: 'is not the name of a label',
      onKey: true,
      hint: 'use letters, digits, `-`, `_`, `.`, with an optional `your.domain/` before',
    };
  }
  if (taken.test(key)) return { wrong: 'is set by Kubernetes itself', onKey: true, hint: 'choose a name of your own' };
  if (typeof value !== 'string')
    return { wrong: `should be text, but is ${kindOf(value)}`, hint: `quote it: ${JSON.stringify(String(value ?? ''))}` };
  if (value !== '' && !namePart.test(value)) {
    return { wrong: `has a value Kubernetes does not take: ${show(value)}`, hint: 'use up to 63 letters, digits, `-`, `_`, `.`' };
  }
  return undefined;
}
