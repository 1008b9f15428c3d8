import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeExpansion } from './escape-expansion.ts';

/** What the kubelet does (third_party/forked/golang/expansion), every name being set. */
function expand(text: string): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (_, what: string) => (what === '$' ? '$' : 'EXPANDED'));
}

it('is undone by the kubelet, whatever the word', () => {
  expect(escapeExpansion('echo $HOME')).toBe('echo $HOME');
  expect(escapeExpansion('echo $(date)')).toBe('echo $$(date)');
  const word = fc.array(fc.constantFrom('$', '(', ')', 'A', ' ')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(word, (text) => {
      expect(expand(escapeExpansion(text))).toBe(text);
    }),
  );
});
