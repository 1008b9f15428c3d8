import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { withArguments } from './remote.ts';

const shell = (script: string): string => execFileSync('sh', ['-s'], { input: script, encoding: 'utf8' });

it.each([["it's"], ['$(touch /nowhere)'], ['a\nb'], ['"; exit 1; "'], ['']])('hands %j to a script as it is', (value) => {
  expect(shell(withArguments('printf "%s|%s" "$#" "$1"', [value]))).toBe(`1|${value}`);
});

it('runs a script without arguments', () => {
  expect(shell(withArguments('printf %s "$#"', []))).toBe('0');
});
