import { Sealed } from '../common/index.ts';
import type { Manifest } from '../workloads/index.ts';
import { compareObjects, type Difference } from './differences.ts';
import type { LiveObject } from './types.ts';

/**
 * Why an object has to be applied, as one phrase: `containers[web].image is a:1, wanted a:2`.
 * Values of Secrets, ConfigMaps, environment variables and commands are never shown.
 */
export function explainDifferences(desired: Manifest, live: LiveObject | undefined): string {
  const found = compareObjects(desired, live);
  if (found.length === 0) return 'it is as wanted';
  const shown = found.slice(0, 3).map((difference) => phrase(desired.kind, difference));
  const more = found.length - shown.length;
  return shown.join('; ') + (more > 0 ? `; ${more} more` : '');
}

function phrase(kind: string, difference: Difference): string {
  const path = difference.path.replace(/^spec\.(template\.spec\.)?/, '');
  const value = (item: unknown) => (isHidden(kind, difference.path) ? undefined : short(item));
  switch (difference.problem) {
    case 'missing':
      return difference.path === '' ? 'it does not exist' : `${path} is not set${suffix(', wanted ', value(difference.wanted))}`;
    case 'differs': {
      const [is, wanted] = [value(difference.is), value(difference.wanted)];
      return is === undefined || wanted === undefined ? `${path} differs` : `${path} is ${is}, wanted ${wanted}`;
    }
    case 'extra':
      return `${path} was put there by somebody else`;
    case 'unwanted':
      return `${path} is no longer wanted`;
  }
}

function suffix(before: string, text: string | undefined): string {
  return text === undefined ? '' : before + text;
}

function isHidden(kind: string, path: string): boolean {
  // People put passwords into commands too.
  return kind === 'Secret' || kind === 'ConfigMap' || /\.(env\[|command|args)/.test(path);
}

/** A leaf as text; undefined for what is too big to be read in a line. */
function short(value: unknown): string | undefined {
  if (value instanceof Sealed) return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    const text = String(value);
    return text.length <= 100 && !text.includes('\n') ? text || '""' : undefined;
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return short(JSON.stringify(value));
  return undefined;
}
