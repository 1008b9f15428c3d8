import { describe, expect, it } from 'vitest';
import { parseDotenv } from './dotenv.ts';

const read = (text: string, raw = false) => parseDotenv(text, (name) => ({ HOME: '/root', OUT: 'outside' })[name], raw);
const values = (text: string) => Object.fromEntries(read(text).values);

describe('parseDotenv', () => {
  it('reads the forms people write', () => {
    expect(
      values(
        [
          '\uFEFF# comment',
          '',
          'A=1',
          'export B = two words  ',
          'C=x#y # comment',
          "D='$A #literal'",
          'E="$A\\n\\"q\\" \\$A" # c',
          'F=',
          'OUT',
          'NOWHERE',
          'G: yaml',
          'H=${A}${NO:-d}$HOME',
          'I="two',
          'lines"',
          'J=a=b',
          'K=#empty',
        ].join('\r\n'),
      ),
    ).toEqual({
      A: '1',
      B: 'two words',
      C: 'x#y',
      D: '$A #literal',
      E: '1\n"q" $A',
      F: '',
      OUT: 'outside',
      G: 'yaml',
      H: '1d/root',
      I: 'two\nlines',
      J: 'a=b',
      K: '',
    });
  });

  it('prefers what is outside to the lines above', () => {
    expect(values('OUT=inside\nX=$OUT')).toEqual({ OUT: 'inside', X: 'outside' });
  });

  it('tells where it is wrong, and goes on', () => {
    expect(read('A=1\n=x\nB="open\nC=2').problems).toEqual([
      { line: 2, message: 'this is not NAME=value' },
      { line: 3, message: 'the " is not closed' },
    ]);
    expect(read('A="x" y\nB=${').problems.map((p) => p.line)).toEqual([1, 2]);
  });

  it('takes raw lines as they are', () => {
    expect(Object.fromEntries(read('A="$B" #x\n#c=1\nB=', true).values)).toEqual({ A: '"$B" #x', B: '' });
  });
});
