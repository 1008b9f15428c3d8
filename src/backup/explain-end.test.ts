import { expect, it } from 'vitest';
import { explainEnd } from './explain-end.ts';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, status: { phase: 'Failed' } };
const ended = (exitCode: number, message = '', reason = 'Error') => ({ state: { terminated: { exitCode, message, reason } } });

it.each([
  ['a wrong passphrase', ended(12, 'Fatal: wrong password or no key found'), 'FAR-BACKUP-002'],
  ['a lock', ended(11, 'Fatal: unable to create lock'), 'FAR-BACKUP-003'],
  ['a refused key', ended(1, 'Fatal: unable to open config file: Stat: Access Denied.'), 'FAR-BACKUP-003'],
  [
    'a refused key, at length',
    ended(
      1,
      'Fatal: unable to open config file: Stat: Access Denied.\nIs there a repository at the following location?\ns3:https://s3.example.org/shelf\n',
    ),
    'FAR-BACKUP-003',
  ],
  ['a full bucket', ended(1, '{"message_type":"exit_error","code":1,"message":"Fatal: bucket quota exceeded"}'), 'FAR-BACKUP-003'],
  ['an unreadable source', ended(3, 'Warning: at least one source file could not be read'), 'FAR-BACKUP-004'],
  ['a code nobody knows', ended(99), 'FAR-BACKUP-004'],
  ['a kill', ended(137), 'FAR-BACKUP-004'],
  ['memory', ended(137, '', 'OOMKilled'), 'FAR-BACKUP-004'],
  ['no status at all', undefined, 'FAR-BACKUP-004'],
  ['no repository', ended(10), 'FAR-BACKUP-005'],
  ['a difference', ended(70, 'f 644 0 0 3 ./a'), 'FAR-BACKUP-006'],
  ['a database', ended(66, 'ERROR 1045 (28000): Access denied for user'), 'FAR-BACKUP-007'],
])('%s', (_what, container, code) => {
  expect(explainEnd('Backup of shop/db', container, pod).code).toBe(code);
});

it('ends in the words of restic', () => {
  const said = '{"message_type":"error"}\n{"message_type":"exit_error","code":1,"message":"Fatal: no space"}\n';
  expect(explainEnd('Backup of shop/db', ended(1, said), pod).message).toBe('Backup of shop/db ended with exit code 1: Fatal: no space');
});
