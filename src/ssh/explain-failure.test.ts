import { expect, test } from 'vitest';
import { explainFailure, explainSudo } from './explain-failure.ts';

const callee = { machine: 'big', target: 'ubuntu@10.0.0.1' };

test.each([
  ['ssh: connect to host 10.0.0.1 port 22: No route to host', 'FAR-SSH-001', /firewall/],
  ['ssh: connect to host 10.0.0.1 port 22: Connection timed out', 'FAR-SSH-001', /security list/],
  ['Connection timed out during banner exchange', 'FAR-SSH-001', /drops/],
  ['ssh: connect to host 10.0.0.1 port 22: Connection refused', 'FAR-SSH-001', /sshd/],
  ['ssh: Could not resolve hostname big: Name or service not known', 'FAR-SSH-001', /alias/],
  ['ubuntu@10.0.0.1: Permission denied (publickey).', 'FAR-SSH-004', /by hand/],
  ['Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures', 'FAR-SSH-004', /agent/],
  ['No ED25519 host key is known for big and you have requested strict checking.\nHost key verification failed.', 'FAR-SSH-002', undefined],
  ['@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.', 'FAR-SSH-003', /reinstalled/],
  ['client_loop: send disconnect: Broken pipe', 'FAR-SSH-001', /again/],
  ['', 'FAR-SSH-001', /again/],
])('%s', (stderr, code, hint) => {
  const error = explainFailure(callee, stderr);
  expect(error?.code).toBe(code);
  if (hint) expect(error?.hint).toMatch(hint);
});

test("words that are not ssh's are left to the script", () => {
  expect(explainFailure(callee, 'mysql: something else')).toBeUndefined();
});

test.each([
  'sudo: a password is required',
  'sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper',
  'sh: 1: exec: sudo: not found',
  'pi is not in the sudoers file.',
])('no sudo: %s', (stderr) => {
  expect(explainSudo(callee, stderr)).toMatchObject({ code: 'FAR-SSH-005', hint: expect.stringContaining('ubuntu') });
});

test('a failing command under sudo is not a missing sudo', () => {
  expect(explainSudo(callee, 'cat: /x: No such file or directory')).toBeUndefined();
});
