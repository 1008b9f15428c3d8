import { describe, expect, it } from 'vitest';
import { backupId, chooseBackup, parseSnapshots, timeOf } from './snapshots.ts';

const snapshot = (backup: string, part: string, parts: number, more: readonly string[] = []) => ({
  id: `${part}-of-${backup}`,
  tags: [
    'manifest',
    'farthing',
    'app=shop',
    `backup=${backup}`,
    `parts=${parts}`,
    'kind=files',
    `part=${part}`,
    'data=d',
    'files=2',
    'bytes=10',
    ...more,
  ],
});

describe('what the repository has', () => {
  it('takes whole backups, newest first', () => {
    const text = JSON.stringify([
      snapshot('20261122T033000Z', 'a', 1),
      snapshot('20261123T033000Z', 'a', 2),
      snapshot('20261123T033000Z', 'b', 2, ['changing=1']),
      // One of two parts: its Job was killed.
      snapshot('20261124T033000Z', 'a', 2),
      // The same part twice does not make it whole.
      snapshot('20261124T033000Z', 'a', 2),
      { id: 'foreign', tags: ['manifest'] },
      { id: 'untagged' },
    ]);
    const backups = parseSnapshots(`a line before\n${text}\n`);
    expect(backups.map((backup) => backup.id)).toEqual(['20261123T033000Z', '20261122T033000Z']);
    expect(backups[0]?.parts.map(({ name, files, bytes, changing }) => ({ name, files, bytes, changing }))).toEqual([
      { name: 'a', files: 2, bytes: 10, changing: 0 },
      { name: 'b', files: 2, bytes: 10, changing: 1 },
    ]);
  });

  it.each(['', 'null', '{}', 'not JSON', '[null]', '[1]'])('finds nothing in %j', (text) => {
    expect(parseSnapshots(text)).toEqual([]);
  });

  it('chooses by id, by time, or the newest', () => {
    const backups = ['20261122T033000Z', '20261124T033000Z', '20261123T033000Z'].map((id) => ({ id, app: 'shop', parts: [] }));
    const chosen = (at?: string) => chooseBackup(backups, at)?.id;
    expect(chosen()).toBe('20261124T033000Z');
    expect(chosen('20261122T033000Z')).toBe('20261122T033000Z');
    expect(chosen('2026-11-24T03:29:59Z')).toBe('20261123T033000Z');
    expect(chosen('2026-11-24T03:30:00Z')).toBe('20261124T033000Z');
    expect(chosen('2026-01-01')).toBeUndefined();
    expect(chosen('yesterday')).toBeUndefined();
  });

  it('names a backup by its time', () => {
    const now = Date.parse('2026-11-24T03:30:00.500Z');
    expect(backupId(now)).toBe('20261124T033000Z');
    expect(timeOf(backupId(now))).toBe(now - 500);
  });
});
