import type { Sealed } from './sealed.ts';

/** Masks secrets in text on its way to a screen or a log. */
export interface Redactor {
  add(secret: Sealed): void;
  redact(text: string): string;
}

/** Values shorter than this are too likely to be ordinary words to mask. */
const shortest = 6;

/** A redactor for values known so far, in their plain and base64 form. */
export function createRedactor(): Redactor {
  const known = new Set<string>();
  return {
    add(secret) {
      const text = secret.reveal();
      if (text.length < shortest) return;
      known.add(text);
      known.add(Buffer.from(text).toString('base64'));
    },
    redact(text) {
      let out = text;
      for (const secret of [...known].sort((a, b) => b.length - a.length)) out = out.replaceAll(secret, '(sealed)');
      return out;
    },
  };
}
