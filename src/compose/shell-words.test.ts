import { expect, it } from 'vitest';
import { splitShellWords } from './shell-words.ts';

it.each([
  ['a b  c', ['a', 'b', 'c']],
  [`sh -c 'echo "x y" $$A'`, ['sh', '-c', 'echo "x y" $$A']],
  [`"a 'b'" c\\ d '' e"f"g`, ["a 'b'", 'c d', '', 'efg']],
  ['a\n  --b=1', ['a', '--b=1']],
  ['', []],
  ['"open', undefined],
])('splits %j', (text, words) => {
  expect(splitShellWords(text)).toEqual(words);
});
