/**
 * Every error farthing can report, in one table: `docs/errors.md` documents each by its code and a
 * test fails when the two differ. Codes are never reused or renumbered.
 *
 * `exit` is the exit code of the program when this is what ended it (see `docs/exit-codes` in
 * `docs/errors.md`): 1 something failed, 2 the file or the command line is wrong, 130 interrupted.
 */
export const errorCodes = {
  // the command line
  'FAR-CLI-001': { title: 'The command line is wrong', exit: 2 },
  'FAR-CLI-002': { title: 'A question needs a terminal or a flag', exit: 2 },
  'FAR-CLI-003': { title: 'Interrupted', exit: 130 },
  'FAR-CLI-004': { title: 'Not confirmed', exit: 1 },
  // farthing.yaml
  'FAR-SPEC-001': { title: 'farthing.yaml cannot be read', exit: 2 },
  'FAR-SPEC-002': { title: 'farthing.yaml is not valid YAML', exit: 2 },
  'FAR-SPEC-003': { title: 'Unknown key', exit: 2 },
  'FAR-SPEC-004': { title: 'Wrong type or value', exit: 2 },
  'FAR-SPEC-005': { title: 'Missing key', exit: 2 },
  'FAR-SPEC-006': { title: 'Known but not built yet', exit: 2 },
  'FAR-SPEC-007': { title: 'A secret cannot be found', exit: 2 },
  'FAR-SPEC-008': { title: 'A file that is named does not exist', exit: 2 },
  'FAR-SPEC-009': { title: 'Two entries contradict each other', exit: 2 },
  'FAR-SPEC-010': { title: 'A secret is written as a value', exit: 2 },
  // compose files
  'FAR-COMPOSE-001': { title: 'A compose file cannot be read', exit: 2 },
  'FAR-COMPOSE-002': { title: 'A compose file is not valid', exit: 2 },
  'FAR-COMPOSE-003': { title: 'A variable is not set', exit: 2 },
  'FAR-COMPOSE-004': { title: 'A compose key cannot be mapped to Kubernetes', exit: 2 },
  'FAR-COMPOSE-005': { title: 'A name is not usable in Kubernetes', exit: 2 },
  // images
  'FAR-IMAGE-001': { title: 'Not an image reference', exit: 2 },
  'FAR-IMAGE-002': { title: 'The image does not exist', exit: 2 },
  'FAR-IMAGE-003': { title: 'The registry did not answer', exit: 1 },
  'FAR-IMAGE-004': { title: 'The registry refused', exit: 1 },
  // planning
  'FAR-PLAN-001': { title: 'A workload fits nowhere', exit: 2 },
  'FAR-PLAN-002': { title: 'No machine can be the server', exit: 2 },
  'FAR-PLAN-003': { title: 'Something that matters is unknown', exit: 1 },
  'FAR-PLAN-004': { title: 'A host is not ready for K3s', exit: 1 },
  'FAR-PLAN-005': { title: 'The cluster was made by a newer farthing', exit: 1 },
  'FAR-PLAN-006': { title: 'The host belongs to another cluster', exit: 1 },
  'FAR-PLAN-007': { title: 'Not built yet', exit: 2 },
  'FAR-PLAN-008': { title: 'A machine that leaves holds the only copy of a volume', exit: 2 },
  // ssh and hosts
  'FAR-SSH-001': { title: 'The machine cannot be reached', exit: 1 },
  'FAR-SSH-002': { title: 'The host key is unknown', exit: 1 },
  'FAR-SSH-003': { title: 'The host key has changed', exit: 1 },
  'FAR-SSH-004': { title: 'ssh did not let us in', exit: 1 },
  'FAR-SSH-005': { title: 'No passwordless sudo', exit: 1 },
  'FAR-SSH-006': { title: 'A command on a machine failed', exit: 1 },
  'FAR-HOST-001': { title: 'Other work is running on the host', exit: 1 },
  'FAR-HOST-002': { title: 'The host firewall would cut us off', exit: 1 },
  // K3s and the cluster
  'FAR-K3S-001': { title: 'A download does not match its digest', exit: 1 },
  'FAR-K3S-002': { title: 'A download failed', exit: 1 },
  'FAR-K3S-003': { title: 'A node did not become ready', exit: 1 },
  'FAR-K3S-004': { title: 'No digest is known for this version', exit: 2 },
  'FAR-KUBE-001': { title: 'The Kubernetes API did not answer', exit: 1 },
  'FAR-KUBE-002': { title: 'The Kubernetes API refused', exit: 1 },
  'FAR-KUBE-003': { title: 'A workload did not become ready', exit: 1 },
  'FAR-KUBE-004': { title: 'No such app, service or volume', exit: 2 },
  'FAR-KUBE-005': { title: 'There is no cluster yet', exit: 1 },
  'FAR-KUBE-006': { title: 'An object of that name belongs to somebody else', exit: 1 },
  'FAR-KUBE-007': { title: 'The kubeconfig has a foreign entry of that name', exit: 1 },
  // backup
  'FAR-BACKUP-001': { title: 'The file says nothing about backups', exit: 2 },
  'FAR-BACKUP-002': { title: 'The passphrase does not fit', exit: 1 },
  'FAR-BACKUP-003': { title: 'The repository cannot be used', exit: 1 },
  'FAR-BACKUP-004': { title: 'A backup or restore did not finish', exit: 1 },
  'FAR-BACKUP-005': { title: 'There is no such backup', exit: 2 },
  'FAR-BACKUP-006': { title: 'What was restored differs from its manifest', exit: 1 },
  'FAR-BACKUP-007': { title: 'A database could not be dumped or loaded', exit: 1 },
  // applying
  'FAR-APPLY-001': { title: 'The world has moved since the plan was made', exit: 1 },
  'FAR-APPLY-002': { title: 'Somebody else is at work on the cluster', exit: 1 },
  'FAR-APPLY-003': { title: 'An operation failed', exit: 1 },
  // ourselves
  'FAR-BUG-001': { title: 'A mistake in farthing', exit: 1 },
} as const satisfies Record<string, { readonly title: string; readonly exit: 1 | 2 | 130 }>;

/** One of the codes in the table. */
export type ErrorCode = keyof typeof errorCodes;
