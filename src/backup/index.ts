export { backupHandlers } from './handlers.ts';
export { listBackups } from './list-backups.ts';
export { backupOperation, recordText, restoreOperation } from './operations.ts';
export { type AppParts, partsOf } from './parts-of.ts';
export { parseRecords, recordsRef } from './records.ts';
export type { JobInput } from './render-job.ts';
export { backupId, chooseBackup, timeOf } from './snapshots.ts';
export type * from './types.ts';
