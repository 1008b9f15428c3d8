import { expect, it } from 'vitest';
import { resolvePath } from './resolve-path.ts';

it.each([
  ['linux', '/srv/home', './stats/compose.yaml', '/srv/home/stats/compose.yaml'],
  ['linux', '/srv/home', '../ca.pem', '/srv/ca.pem'],
  ['linux', '/srv/home', '/etc/ca.pem', '/etc/ca.pem'],
  ['darwin', '/srv/home', '~/ca.pem', '/home/me/ca.pem'],
  ['linux', '/srv/home', '~me/ca.pem', '/srv/home/~me/ca.pem'],
  ['win32', 'C:\\home', './stats/compose.yaml', 'C:\\home\\stats\\compose.yaml'],
  ['win32', 'C:\\home', 'D:\\ca.pem', 'D:\\ca.pem'],
] as const)('on %s, from %s, %s is %s', (platform, dir, text, full) => {
  expect(resolvePath(text, dir, { home: '/home/me', platform })).toBe(full);
});
