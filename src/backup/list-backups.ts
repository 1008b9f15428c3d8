import type { Clock } from '../common/index.ts';
import type { Cluster } from '../kube/index.ts';
import type { RunContext } from '../operation/index.ts';
import { type JobInput, renderListJob } from './render-job.ts';
import { runJob } from './run-job.ts';
import { parseSnapshots } from './snapshots.ts';
import type { Backup } from './types.ts';

/** The whole backups of an app that the repository has, newest first, asked by a Job in the cluster: only its machines need to reach the repository. */
export async function listBackups(api: Cluster, clock: Clock, input: JobInput, context: RunContext): Promise<Backup[]> {
  return parseSnapshots((await runJob(api, clock, renderListJob(input), `Looking for backups of ${input.app}`, context)).output);
}
