import { expect, test } from 'vitest';
import { releasePath } from './releases.ts';

test.each(['/k3s/v1.36.3+lab1/k3s', '/k3s/v1.36.3%2Blab1/k3s', '/k3s/v1.36.3%2blab1/k3s'])('the version of %s', (path) => {
  expect(releasePath(path)).toEqual({ version: 'v1.36.3+lab1', file: 'k3s' });
});

test.each(['/', '/k3s/', '/k3s/v1/../owner.json', '/k3s/v1/a/b', '/k3s/owner.json/x'])('nothing is served at %s', (path) => {
  expect(releasePath(path)).toBeUndefined();
});
