import type { Bytes, Sealed } from '../common/index.ts';

/** How the repository is reached, with the secrets of it. */
export interface RepositoryAccess {
  /** restic's own way to write it: `s3:https://HOST/BUCKET/FOLDER`. */
  readonly url: string;
  readonly region?: string;
  readonly accessKey: Sealed;
  readonly secretKey: Sealed;
  readonly passphrase: Sealed;
  /** PEM text of a private certificate authority. */
  readonly ca?: string;
}

/** One thing that is backed up by itself, in a Job and a snapshot of its own. */
export type Part =
  /** A volume as files. */
  | { readonly kind: 'files'; readonly name: string }
  /** A MariaDB service, by its dump. `env` and `image` are those of its container, `affinity` its pod's: the image may exist for one architecture only. */
  | {
      readonly kind: 'mariadb';
      readonly name: string;
      readonly image: string;
      readonly env: readonly unknown[];
      readonly affinity?: unknown;
    };

/** What a Job said about one part when it was in the repository, the manifest included. */
export interface PartRecord {
  readonly kind: Part['kind'];
  readonly name: string;
  /** Snapshot ids. The manifest is written last: a part without one does not count. */
  readonly data: string;
  readonly manifest: string;
  readonly files: number;
  readonly bytes: Bytes;
  /** Files that changed while they were read: kept, but not of one moment, and not compared after a restore. */
  readonly changing: number;
  /** SQLite files among them: copied as files. */
  readonly sqlite: number;
  /** Of a database. */
  readonly tables: number;
  readonly rows: number;
}

/** One backup of one app. It counts when every part is there. */
export interface Backup {
  /** UTC, `20261124T033000Z`. */
  readonly id: string;
  readonly app: string;
  readonly parts: readonly PartRecord[];
}

/** What was compared after a restore. */
export interface Proof {
  readonly backup: string;
  /** ISO time. */
  readonly at: string;
  readonly parts: readonly { readonly name: string; readonly compared: number; readonly rows: number; readonly notCompared: number }[];
}

/** What the cluster remembers of an app's backups. */
export interface BackupRecord {
  readonly last?: Backup;
  readonly restored?: Proof;
}
