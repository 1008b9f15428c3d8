import { expect, test } from 'vitest';
import { isSkipped } from './debian.ts';

test.each([
  ['perl-base_5.36.0-7_amd64.deb', ['perl*'], true],
  ['libtext-glob-perl_0.11-3_all.deb', ['lib*-perl'], true],
  ['tar_1.34_amd64.deb', ['tar'], true],
  ['tartar_1_amd64.deb', ['tar'], false],
  ['libc6_2.36-9_amd64.deb', ['perl*', 'lib*-perl'], false],
])('%s with %s', (file, patterns, expected) => {
  expect(isSkipped(file, patterns)).toBe(expected);
});
