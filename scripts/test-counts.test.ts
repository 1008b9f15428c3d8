import { expect, it } from 'vitest';
import { addCounts, countGo, countVitest, formatCounts, parseCounts } from './test-counts.ts';

it('writes and reads the closing line', () => {
  expect(formatCounts({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(formatCounts(addCounts({ passed: 3, failed: 1, skipped: 2 }, { passed: 1, failed: 0, skipped: 0 }))).toBe(
    '4 passed, 1 failed, 2 skipped',
  );
  expect(parseCounts('1 passed, 9 failed\nmore\n4 passed, 1 failed, 2 skipped\n1.2 s\n')).toEqual({ passed: 4, failed: 1, skipped: 2 });
  expect(parseCounts('all went well')).toBeUndefined();
});

it('counts a vitest report, and what did not load or was not handled as failures', () => {
  const report = { success: true, numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 };
  const file = (status: string, assertionResults: unknown[]) => ({ status, assertionResults });
  const count = (change: object) => countVitest(JSON.stringify({ ...report, testResults: [file('passed', [{}])], ...change }));
  expect(count({})).toEqual({ passed: 5, failed: 0, skipped: 2 });
  expect(count({ success: false, testResults: [file('failed', [])] })).toEqual({ passed: 5, failed: 1, skipped: 2 });
  expect(count({ success: false, numFailedTests: 2, testResults: [file('failed', [{}])] })).toMatchObject({ failed: 2 });
  expect(count({ success: false })).toMatchObject({ failed: 1 });
});

it('counts go test events, a package that does not build included', () => {
  const events = [
    { Action: 'pass', Package: 'a', Test: 'TestOne' },
    { Action: 'pass', Package: 'a', Test: 'TestOne/case' },
    { Action: 'pass', Package: 'a' },
    { Action: 'skip', Package: 'b', Test: 'TestTwo' },
    { Action: 'fail', Package: 'b', Test: 'TestThree' },
    { Action: 'fail', Package: 'b' },
    { Action: 'fail', Package: 'c' },
  ];
  expect(countGo(`go: some words\n${events.map((event) => JSON.stringify(event)).join('\n')}\n`)).toEqual({
    passed: 1,
    failed: 2,
    skipped: 1,
  });
});
