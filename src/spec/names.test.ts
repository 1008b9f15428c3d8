import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDnsLabel, toDnsLabel } from './names.ts';

describe('toDnsLabel', () => {
  it.each([
    ['My Home', 'my-home'],
    ['Big_Box.local', 'big-box-local'],
    ['Zürich', 'zurich'],
    ['--x--', 'x'],
    ['???', undefined],
  ])('%s becomes %s', (text, label) => expect(toDnsLabel(text)).toBe(label));

  it('gives a label or nothing, and leaves a label as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const label = toDnsLabel(text);
        if (label !== undefined) expect(isDnsLabel(label), label).toBe(true);
        if (isDnsLabel(text)) expect(label).toBe(text.replace(/--+/g, '-'));
      }),
    );
  });
});
