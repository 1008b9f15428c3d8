import { Sealed } from '../common/index.ts';
import { isObject } from './list-keys.ts';
import { parseQuantity } from './quantity.ts';

const quantityParents = new Set(['requests', 'limits', 'capacity', 'hard']);
const quantityKeys = new Set(['sizeLimit', 'divisor']);
const intOrString = new Set(['port', 'targetPort', 'maxSurge', 'maxUnavailable', 'minAvailable']);
/** Fields whose absence does not mean false, zero or empty. */
const absentMatters = new Set([
  'automountServiceAccountToken',
  'allowPrivilegeEscalation',
  'replicas',
  'emptyDir',
  'runAsUser',
  'runAsGroup',
  'fsGroup',
]);

/** Whether two leaves mean the same to the API server. `path` is where they stand, field names only. */
export function sameLeaf(path: readonly string[], want: unknown, have: unknown): boolean {
  const [a, b] = [open(want), open(have)];
  if (a === b) return true;
  const key = path.at(-1) ?? '';
  if (quantityKeys.has(key) || quantityParents.has(path.at(-2) ?? '')) {
    const [left, right] = [parseQuantity(a), parseQuantity(b)];
    return left !== undefined && left === right;
  }
  if (intOrString.has(key)) return String(a) === String(b);
  return false;
}

/** Whether the server may leave `want` out of what it gives back, because it is the zero of its type. */
export function sameAsAbsent(path: readonly string[], want: unknown): boolean {
  if (want === undefined || want === null) return true;
  if (absentMatters.has(path.at(-1) ?? '')) return false;
  const value = open(want);
  if (value === false || value === '' || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.entries(value).every(([key, item]) => sameAsAbsent([...path, key], item));
}

/** Base64 texts that stand for the same bytes. */
export function sameBase64(want: unknown, have: unknown): boolean {
  const [a, b] = [open(want), open(have)];
  return typeof a === 'string' && typeof b === 'string' && Buffer.from(a, 'base64').equals(Buffer.from(b, 'base64'));
}

function open(value: unknown): unknown {
  return value instanceof Sealed ? value.reveal() : value;
}
