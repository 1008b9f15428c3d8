import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lineStarts, placeOf } from './line-starts.ts';

it('finds every offset again', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('\n', 'a', '\r\n', '  ')), (parts) => {
      const text = parts.join('');
      const starts = lineStarts(text);
      expect(starts).toHaveLength(text.split('\n').length);
      for (let offset = 0; offset <= text.length; offset += 1) {
        const { line, column } = placeOf(starts, offset);
        expect((starts[line - 1] ?? Number.NaN) + column - 1).toBe(offset);
        expect(text.slice(starts[line - 1], offset)).not.toContain('\n');
      }
    }),
  );
});
