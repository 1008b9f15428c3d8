import { expect, it } from 'vitest';
import { consoleSamples, missingLines } from './console-samples.ts';

it('takes the commands of farthing out of a block, each with its output', () => {
  const text = '$ cd home\n$ farthing plan --offline  # no network\nMachines\n  big\n\n$ farthing exec shop db -- sh -c "echo 1"\n1';
  expect(consoleSamples({ page: 'a.md', line: 10, language: 'console', text })).toEqual([
    { page: 'a.md', line: 12, args: ['plan', '--offline'], output: ['Machines', '  big', ''] },
    { page: 'a.md', line: 16, args: ['exec', 'shop', 'db', '--', 'sh', '-c', 'echo 1'], output: ['1'] },
  ]);
});

it('finds lines that are not printed, or not in this order', () => {
  const printed = 'Machines\n  big    server  2 CPU\n  micro  agent   1 CPU\nCost: free a month\n';
  expect(missingLines(['Machines', ' big server 2 CPU', '…', 'Cost: … a month'], printed)).toEqual([]);
  expect(missingLines(['  micro agent 1 CPU', 'Machines'], printed)).toEqual(['Machines']);
  expect(missingLines(['Cost: $3.00 a month'], printed)).toEqual(['Cost: $3.00 a month']);
});
