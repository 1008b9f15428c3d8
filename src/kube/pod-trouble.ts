import type { LiveObject } from './types.ts';

/** What keeps a pod from running, in words. */
export interface PodTrouble {
  /**
   * `fatal`: will not heal without a change; `failing`: tried again and again, may heal;
   * `waiting`: on its way.
   */
  readonly severity: 'fatal' | 'failing' | 'waiting';
  /** Stable word: `unschedulable`, `image`, `config`, `arch`, `memory`, `crash`, `start`, `probe`, `gone`. */
  readonly reason: string;
  readonly container: string | undefined;
  readonly words: string;
  readonly hint: string | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: foreign data, read permissively
type Any = any;

/** Why a pod is not well; undefined when it runs and is ready, or has finished its work. */
export function podTrouble(pod: LiveObject): PodTrouble | undefined {
  const status: Any = pod.status ?? {};
  if (status.phase === 'Succeeded') return undefined;
  if (pod.metadata.deletionTimestamp !== undefined) return trouble('waiting', 'gone', 'is being stopped');
  const scheduled = condition(status, 'PodScheduled');
  if (scheduled?.status === 'False') return unschedulable(scheduled);
  const containers: Any[] = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const container of containers) {
    const found = containerTrouble(container, pod);
    if (found) return found;
  }
  if (status.phase === 'Failed')
    return trouble('failing', 'gone', `${(status.reason ?? 'failed').toLowerCase()}${status.message ? `: ${status.message}` : ''}`);
  if (status.phase === 'Pending') return trouble('waiting', 'start', 'is being started');
  if (condition(status, 'Ready')?.status !== 'True') return notReady(status);
  return undefined;
}

function unschedulable(scheduled: Any): PodTrouble {
  const message = String(scheduled.message ?? '').trim();
  if (scheduled.reason !== 'Unschedulable') return trouble('waiting', 'unschedulable', message || 'waits for a node');
  return trouble('fatal', 'unschedulable', `no node takes it: ${message}`, schedulingHint(message));
}

function schedulingHint(message: string): string {
  if (/unbound immediate PersistentVolumeClaims|persistentvolumeclaim .* not found/i.test(message)) {
    return 'Its volume is not there yet: `farthing status` lists volumes and the storage add-on.';
  }
  if (/Insufficient memory/.test(message)) return 'Give it less `memory:` in farthing.yaml, move another app away, or add a machine.';
  if (/Insufficient cpu/.test(message)) return 'Give it fewer `cpus:` in farthing.yaml, or add a machine.';
  if (/volume node affinity conflict/.test(message))
    return 'The machine that holds its volume cannot take it: see that machine in `farthing status`.';
  if (/node affinity|node selector/.test(message))
    return 'No ready machine has the architecture or the name it requires: see `farthing plan` for the reason.';
  if (/unreachable|not-ready|untolerated taint/.test(message)) return 'See in `farthing status` which machines are not ready.';
  return 'See `farthing status` for what the machines have left.';
}

function containerTrouble(container: Any, pod: LiveObject): PodTrouble | undefined {
  const waiting = container.state?.waiting;
  const ended = container.state?.terminated ?? container.lastState?.terminated;
  const name: string = container.name;
  const says = String(waiting?.message ?? '');
  if (isWrongArch(ended?.message) || isWrongArch(says)) return wrongArch(name, container.image, pod);
  switch (waiting?.reason) {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'ErrImageNeverPull':
    case 'InvalidImageName':
    case 'ImageInspectError':
    case 'RegistryUnavailable':
      return { ...imageTrouble(container.image, says), container: name };
    case 'CreateContainerConfigError':
      return {
        ...trouble('failing', 'config', `${name} cannot be set up: ${says}`, 'Run `farthing up` again: it puts missing objects back.'),
        container: name,
      };
    case 'CreateContainerError':
    case 'RunContainerError':
    case 'StartError':
    case 'PostStartHookError':
      return { ...trouble('failing', 'start', `${name} cannot be started: ${says}`), container: name };
    case 'CrashLoopBackOff':
      return { ...crash(container, ended), container: name };
    default:
  }
  // Between two crashes there is a moment in which it runs or has just ended.
  const failed = container.state?.terminated && container.state.terminated.exitCode !== 0;
  if (failed) return { ...crash(container, container.state.terminated), severity: 'failing', container: name };
  return undefined;
}

function crash(container: Any, ended: Any): PodTrouble {
  const times = `${container.restartCount} ${container.restartCount === 1 ? 'time' : 'times'}`;
  if (ended?.reason === 'OOMKilled') {
    const words = `${container.name} was killed ${times} because it used more memory than its limit`;
    return trouble('failing', 'memory', words, 'Give the service more `memory:` in farthing.yaml.');
  }
  const code = ended?.exitCode === undefined ? '' : ` (exit code ${ended.exitCode})`;
  return trouble(
    'failing',
    'crash',
    `${container.name} has crashed and was started again ${times}${code}`,
    'Its log tells why: `farthing logs`.',
  );
}

function imageTrouble(image: string, message: string): PodTrouble {
  const cannot = `image ${image} cannot be pulled`;
  if (/not found|manifest unknown|does not exist/i.test(message))
    return trouble('fatal', 'image', `${cannot}: there is no such image`, 'Look at its name and tag in the compose file.');
  if (/no match for platform|no matching manifest/i.test(message)) {
    return trouble(
      'fatal',
      'arch',
      `${cannot}: it does not exist for the machine's architecture`,
      '`farthing plan` shows which architectures an image has.',
    );
  }
  if (/unauthorized|denied|authentication required|403|401/i.test(message)) {
    return trouble('fatal', 'image', `${cannot}: the registry refused`, 'Give its user and password under `registries:` in farthing.yaml.');
  }
  if (/x509|certificate/i.test(message))
    return trouble(
      'fatal',
      'image',
      `${cannot}: the registry's certificate is not trusted`,
      'Name its CA under `registries:` (`tls: {ca: …}`).',
    );
  if (/InvalidImageName|couldn't parse|invalid reference/i.test(message))
    return trouble('fatal', 'image', `${cannot}: that is no image name`, 'Look at it in the compose file.');
  return trouble(
    'failing',
    'image',
    message ? `${cannot}: ${lastClause(message)}` : cannot,
    'See whether the machine reaches the registry.',
  );
}

function isWrongArch(message: unknown): boolean {
  return typeof message === 'string' && /exec format error/i.test(message);
}

function wrongArch(name: string, image: string, pod: LiveObject): PodTrouble {
  const node = pod.spec?.nodeName;
  const words = `${name}: the program in ${image} is for another architecture than ${node ?? 'the machine'}'s (exec format error)`;
  return {
    ...trouble('fatal', 'arch', words, 'Use an image for this architecture, or say `require:` with the one it has in farthing.yaml.'),
    container: name,
  };
}

function notReady(status: Any): PodTrouble {
  const waiting: string[] = (status.containerStatuses ?? []).filter((item: Any) => !item.ready).map((item: Any) => item.name);
  return trouble(
    'waiting',
    'probe',
    `runs, but ${waiting.join(', ') || 'it'} does not say yet that it is ready`,
    'Its healthcheck decides that: see it in the compose file, and `farthing logs`.',
  );
}

function condition(status: Any, type: string): Any {
  return (status.conditions ?? []).find((item: Any) => item.type === type);
}

/** Runtime errors are chains of clauses; the last one says what happened. */
function lastClause(message: string): string {
  return message.split(': ').slice(-2).join(': ').slice(0, 200);
}

function trouble(severity: PodTrouble['severity'], reason: string, words: string, hint?: string): PodTrouble {
  return { severity, reason, container: undefined, words, hint };
}
