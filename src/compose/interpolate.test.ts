import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolate } from './interpolate.ts';

const values: Readonly<Record<string, string>> = { A: 'a', EMPTY: '', _x1: 'u' };
const run = (text: string) => interpolate(text, (name) => values[name]);

describe('interpolate', () => {
  it.each([
    ['plain', 'plain'],
    ['$A-${A}$_x1', 'a-au'],
    ['$$A $$$A $ $1 $', '$A $a $ $1 $'],
    ['${EMPTY:-d}${EMPTY-d}${NO-d}${A:-d}', 'dda'],
    ['${NO:-${A}b}${NO:-${ALSO:-$A}}', 'aba'],
    ['${A:+r}${EMPTY:+r}${EMPTY+r}${NO+r}', 'rr'],
    ['${A:?no}${EMPTY?no}', 'a'],
    ['${NO:-a:-b}', 'a:-b'],
    ['${NO:-{"x":1}}', '{"x":1}'],
  ])('%s', (text, expected) => {
    expect(run(text)).toEqual({ text: expected, missing: [], errors: [] });
  });

  it('tells what is missing, but not in a default that is not used', () => {
    expect(run('$NO ${NO2}').missing).toEqual(['NO', 'NO2']);
    expect(run('${A:-$NO}').missing).toEqual([]);
    expect(run('${NO:?set $A first}').errors).toEqual(['NO is not set: set a first']);
    expect(run('${EMPTY:?}').errors).toEqual(['EMPTY is not set']);
  });

  it.each(['${', '${}', '${A', '${A B}', '${1}', '${A:=x}', '${A!}'])('refuses %s', (text) => {
    expect(run(text).errors).toHaveLength(1);
  });

  it('leaves text without a dollar alone, and gives back what was doubled', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(run(text.replaceAll('$', '$$$$')).text).toBe(text);
      }),
    );
  });
});
