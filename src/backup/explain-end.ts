import { FarthingError } from '../common/index.ts';
import type { LiveObject } from '../kube/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: foreign data, read permissively
type ContainerStatus = any;

const again = 'Nothing of it counts. Run the command again.';

/** Why a Job ended badly, from its container's exit code and last word: restic's codes are those of its documentation. */
export function explainEnd(what: string, container: ContainerStatus, pod: LiveObject): FarthingError {
  const end = container?.state?.terminated;
  const code: number | undefined = end?.exitCode;
  const said = wordsOf(String(end?.message ?? ''));
  const words = said === '' ? '' : `: ${said}`;
  if (end?.reason === 'OOMKilled') {
    return new FarthingError('FAR-BACKUP-004', `${what}: it needed more memory than its limit`, { hint: again });
  }
  if (end === undefined || code === 137 || code === 143 || code === 130 || end.reason === 'ContainerStatusUnknown') {
    const why = pod.status?.reason ?? 'killed';
    return new FarthingError('FAR-BACKUP-004', `${what}: its Job was killed before it ended (${why})`, { hint: again });
  }
  if (code === 12) {
    return new FarthingError('FAR-BACKUP-002', `${what}: the passphrase is not the one of the repository`, {
      hint: 'Nothing was written. See `backup.passphrase`: the repository opens with the one it was made with only.',
    });
  }
  if (code === 70) {
    return new FarthingError('FAR-BACKUP-006', `${what}: what is there now differs from the manifest${words}`, {
      hint: 'The backup or the repository may be damaged: `restic check --read-data` tells. An older backup can be named with --at.',
    });
  }
  if (code === 65 || code === 66) {
    return new FarthingError('FAR-BACKUP-007', `${what}${words}`, { hint: 'See that the database runs: `farthing status`.' });
  }
  if (code === 10)
    return new FarthingError('FAR-BACKUP-005', `${what}: there is no repository there`, { hint: 'Make one with `farthing backup`.' });
  if (code === 11) {
    return new FarthingError('FAR-BACKUP-003', `${what}: the repository is locked by other work${words}`, {
      hint: 'Wait until it is done. The lock of work that was killed is passed over after 30 minutes.',
    });
  }
  if (
    /access ?denied|forbidden|403|signature|InvalidAccessKey|NoSuchBucket|bucket|dial tcp|connection|timeout|x509|Client\.Timeout|\b50\d\b/i.test(
      said,
    )
  ) {
    return new FarthingError('FAR-BACKUP-003', `${what}: the repository cannot be used${words}`, {
      hint: 'See `backup.repositories.main`: the keys, the bucket, and whether the machines reach the endpoint.',
    });
  }
  return new FarthingError('FAR-BACKUP-004', `${what} ended with exit code ${code}${words}`, { hint: again });
}

/** The line in which restic says why it ends, else the last; a line of JSON by its message. */
function wordsOf(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const said = lines.filter((line) => line !== '').map((line) => /"message":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line);
  return (said.findLast((line) => line.startsWith('Fatal:')) ?? said.at(-1) ?? '').slice(0, 300);
}
