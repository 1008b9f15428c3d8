import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createRedactor } from './redact.ts';
import { mapSealed, Sealed } from './sealed.ts';

it('never shows its text by accident', () => {
  const secret = new Sealed('correct horse');
  const shown = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }, { depth: 9, showHidden: true }),
    JSON.stringify(Object.entries(secret)),
  ];
  for (const text of shown) expect(text).not.toContain('horse');
  expect(secret.reveal()).toBe('correct horse');
});

it('has a digest that changes with the text and the salt', () => {
  expect(new Sealed('a').digest('x')).toBe(new Sealed('a').digest('x'));
  expect(new Set([new Sealed('a').digest('x'), new Sealed('b').digest('x'), new Sealed('a').digest('y')]).size).toBe(3);
});

it('is replaced wherever it sits in plain data', () => {
  expect(mapSealed({ a: [new Sealed('s'), 1], b: null, c: { d: new Sealed('t') } }, (leaf) => leaf.reveal())).toEqual({
    a: ['s', 1],
    b: null,
    c: { d: 't' },
  });
});

it('is masked in text, plain and as base64, and short words are left alone', () => {
  const redactor = createRedactor();
  redactor.add(new Sealed('hunter2hunter2'));
  redactor.add(new Sealed('root'));
  expect(redactor.redact(`hunter2hunter2 ${Buffer.from('hunter2hunter2').toString('base64')} root`)).toBe('(sealed) (sealed) root');
});
