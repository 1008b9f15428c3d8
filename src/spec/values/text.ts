import { kindOf, type Read, show } from '../value.ts';

/** Non-empty text. Numbers and booleans are refused with the quotes they need: `1.10` and `1.1` are the same number. */
export function readText(input: unknown): Read<string> {
  if (typeof input === 'string') {
    return input.trim() === '' ? { wrong: 'is empty', hint: 'give it a value, or remove the line' } : { value: input };
  }
  if (typeof input === 'number' || typeof input === 'boolean') {
    return { wrong: `should be text, but YAML reads ${show(input)} as ${kindOf(input)}`, hint: `quote it: "${input}"` };
  }
  return { wrong: `should be text, but is ${kindOf(input)}` };
}

/** One text or a list of them; always gives a list. */
export function readTexts(input: unknown): Read<readonly string[]> {
  return readList(input, readText);
}

/** One item or a list of items, each read by `readItem`; the first that is wrong is reported at its place. */
export function readList<T>(input: unknown, readItem: (item: unknown) => Read<T>): Read<readonly T[]> {
  if (!Array.isArray(input)) {
    const one = readItem(input);
    return 'value' in one ? { value: [one.value] } : one;
  }
  const values: T[] = [];
  for (const [i, item] of input.entries()) {
    const read = item === null ? { wrong: 'is empty', hint: 'give it a value, or remove the line' } : readItem(item);
    if (!('value' in read)) return { ...read, below: [i, ...(read.below ?? [])] };
    values.push(read.value);
  }
  return { value: values };
}
