import { createHash } from 'node:crypto';

const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * A secret value on its way from where it is kept to where it is needed. Printing, logging or
 * serialising it shows `(sealed)`; only `reveal()` gives the text, so every place that needs it can
 * be found by that word.
 */
export class Sealed {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret itself. Never put it in argv, a log or an error. */
  reveal(): string {
    return this.#text;
  }

  /** A short digest that changes when the value does; `salt` keeps equal secrets apart. */
  digest(salt: string): string {
    return createHash('sha256').update(`${salt}\0${this.#text}`).digest('hex').slice(0, 12);
  }

  toJSON(): string {
    return '(sealed)';
  }

  toString(): string {
    return '(sealed)';
  }

  [inspect](): string {
    return '(sealed)';
  }
}

/** Plain data in which some leaves may be sealed. */
export type Sealable = null | boolean | number | string | Sealed | readonly Sealable[] | { readonly [key: string]: Sealable | undefined };

/** A copy of `value` with each sealed leaf replaced by `replace(leaf)`. */
export function mapSealed(value: unknown, replace: (leaf: Sealed) => unknown): unknown {
  if (value instanceof Sealed) return replace(value);
  if (Array.isArray(value)) return value.map((item) => mapSealed(item, replace));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, mapSealed(v, replace)]));
  }
  return value;
}
