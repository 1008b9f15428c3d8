import { expect, test } from 'vitest';
import { isLeader } from './leader.ts';

const status = (name: string, pids: string) => `Name:\t${name}\nUmask:\t0022\nPid:\t740\nNSpid:\t${pids}\n`;

test('the init of a host', () => {
  expect(isLeader(status('systemd', '740\t1'))).toBe(true);
});

test.each([
  ['nspawn itself', 'systemd-nspawn', '738'],
  ['the init before it has become systemd', '(sd-init)', '740\t1'],
  ['another process of the host', 'sshd', '800\t61'],
  ['systemd in a container on the host', 'systemd', '900\t300\t1'],
])('not %s', (_, name, pids) => {
  expect(isLeader(status(name, pids))).toBe(false);
});
