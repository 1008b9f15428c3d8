import type { Backup, PartRecord } from './types.ts';

/** Reads what `restic snapshots --json` says of the manifests: backups that are whole, newest first. The rest is passed over. */
export function parseSnapshots(text: string): Backup[] {
  let list: unknown;
  try {
    list = JSON.parse(text.trim().split('\n').at(-1) ?? '');
  } catch {
    return [];
  }
  const found = new Map<string, { app: string; wanted: number; parts: PartRecord[] }>();
  for (const snapshot of Array.isArray(list) ? list : []) {
    const tags: unknown[] = Array.isArray(snapshot?.tags) ? snapshot.tags : [];
    const tag = (name: string) =>
      tags.flatMap((item) => (typeof item === 'string' && item.startsWith(`${name}=`) ? [item.slice(name.length + 1)] : []))[0] ?? '';
    const id = tag('backup');
    const kind = tag('kind');
    if (id === '' || (kind !== 'files' && kind !== 'mariadb')) continue;
    const backup = found.get(id) ?? { app: tag('app'), wanted: Number(tag('parts')), parts: [] };
    const number = (name: string) => Number(tag(name)) || 0;
    backup.parts.push({
      kind,
      name: tag('part'),
      data: tag('data'),
      manifest: String(snapshot.id),
      files: number('files'),
      bytes: number('bytes'),
      changing: number('changing'),
      sqlite: number('sqlite'),
      tables: number('tables'),
      rows: number('rows'),
    });
    found.set(id, backup);
  }
  return [...found]
    .filter(([, backup]) => new Set(backup.parts.map((part) => `${part.kind}/${part.name}`)).size === backup.wanted)
    .map(([id, { app, parts }]) => ({ id, app, parts }))
    .sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** The backup that is meant: by its id, the newest not after a time, or the newest of all. */
export function chooseBackup(backups: readonly Backup[], at: string | undefined): Backup | undefined {
  const newest = [...backups].sort((a, b) => (a.id < b.id ? 1 : -1));
  if (at === undefined) return newest[0];
  const named = newest.find((backup) => backup.id === at);
  if (named) return named;
  const time = Date.parse(at);
  return Number.isNaN(time) ? undefined : newest.find((backup) => timeOf(backup.id) <= time);
}

/** The id of a backup that is begun now. */
export function backupId(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** When a backup was begun, in milliseconds. */
export function timeOf(id: string): number {
  return Date.parse(id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
