import { FarthingError } from '../common/index.ts';

/** What the API said when it refused: the useful part of a Kubernetes `Status`. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  /** `Conflict`, `Invalid`, `NotFound`, …; empty when the answer was no Status. */
  readonly reason: string;
  readonly message: string;
  /** Field paths with what is wrong with each. */
  readonly causes: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
  /** Seconds the server asks to wait, when it does. */
  readonly retryAfter: number | undefined;
}

/** The Refusal inside an error of this room, when it is one. */
export function refusalOf(thrown: unknown): Refusal | undefined {
  if (!(thrown instanceof FarthingError) || thrown.code !== 'FAR-KUBE-002') return undefined;
  return thrown.cause as Refusal;
}

/** Reads an error answer; permissive, since proxies and K3s' supervisor answer in plain text. */
export function readRefusal(status: number, body: string, retryAfter: string | undefined): Refusal {
  const wait = retryAfter !== undefined && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined;
  let parsed: { kind?: unknown; reason?: unknown; message?: unknown; details?: { causes?: unknown } } = {};
  try {
    parsed = JSON.parse(body) as typeof parsed;
  } catch {
    // Not a Status: the text itself is all there is.
  }
  if (parsed === null || parsed.kind !== 'Status') {
    return { status, reason: '', message: body.trim().slice(0, 300), causes: [], retryAfter: wait };
  }
  const causes = Array.isArray(parsed.details?.causes) ? (parsed.details.causes as Record<string, unknown>[]) : [];
  return {
    status,
    reason: text(parsed.reason),
    message: text(parsed.message),
    causes: causes.map((cause) => ({ reason: text(cause.reason), message: text(cause.message), field: text(cause.field) })),
    retryAfter: wait,
  };
}

/**
 * A refusal as an error. 502, 503 and 504 mean that nobody answered yet (FAR-KUBE-001); all else
 * is FAR-KUBE-002, with the Refusal as its cause. `hide` takes secrets out of the server's words.
 */
export function refusalError(what: string, refusal: Refusal, hide: (text: string) => string = (text) => text): FarthingError {
  if (refusal.status >= 502 && refusal.status <= 504) {
    return new FarthingError('FAR-KUBE-001', `The Kubernetes API is not ready (${refusal.status}): ${hide(refusal.message)}`, {
      hint: 'It may still be starting: run the command again in a minute. `farthing ssh <server>` and `journalctl -u k3s` show its log.',
    });
  }
  const hidden: Refusal = {
    ...refusal,
    message: hide(refusal.message),
    causes: refusal.causes.map((cause) => ({ ...cause, message: hide(cause.message) })),
  };
  const said = hidden.message || `HTTP ${refusal.status}`;
  // The message of an Invalid already contains its causes; others do not.
  const rest = hidden.causes.filter((cause) => !said.includes(cause.message)).map((cause) => `${cause.field}: ${cause.message}`);
  const message = `${what} was refused: ${[said, ...rest].join('; ')}`;
  const hint = hintFor(hidden);
  return new FarthingError('FAR-KUBE-002', message, hint === undefined ? { cause: hidden } : { cause: hidden, hint });
}

function hintFor(refusal: Refusal): string | undefined {
  if (refusal.status === 401)
    return 'The kubeconfig on the server is newer or older than this cluster: run the command again to read it afresh.';
  if (refusal.status === 403 && /being terminated/.test(refusal.message))
    return 'A namespace of that name is still going away: try again in a minute.';
  if (refusal.reason === 'Invalid' && /immutable/.test(refusal.message))
    return 'The field cannot change on a living object; the object has to be made anew.';
  return undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
