import { z } from 'zod';
import type { ErrorCode } from '../common/index.ts';

/** What a reader made of a value: the value in our own units, or what is wrong with it. */
export type Read<T> =
  | { readonly value: T }
  | {
      /** Goes after the key's name: ``needs a unit``. Never repeats a secret. */
      readonly wrong: string;
      /** The next step. */
      readonly hint?: string;
      /** Default FAR-SPEC-004. */
      readonly code?: ErrorCode;
      /** Path below the value where it went wrong. */
      readonly below?: readonly (string | number)[];
      /** It is the key that is wrong, not what it holds. */
      readonly onKey?: true;
    };

/** What editors and the reference say of a key: JSON Schema keywords, and the default in words when it is not a plain value. */
export interface ValueMeta {
  readonly description: string;
  readonly defaultText?: string;
  readonly [keyword: string]: unknown;
}

/** Params of the issues our own readers raise; `src/spec/issues.ts` turns them into diagnostics. */
export interface IssueParams {
  readonly missing?: true;
  readonly hint?: string;
  readonly code?: ErrorCode;
  readonly onKey?: true;
}

/** One key of the file: read, checked and turned into our units by `read`, described by `meta`. Absent is an error unless `.optional()`. */
export function value<T>(meta: ValueMeta, read: (input: unknown) => Read<T>) {
  return z
    .unknown()
    .transform((input, context): T => {
      const fail = (message: string, params: IssueParams, below: readonly (string | number)[] = []) => {
        context.issues.push({ code: 'custom', message, input, params: { ...params }, path: [...below] });
        return z.NEVER;
      };
      if (input === undefined) return fail('is missing', { missing: true });
      if (input === null) return fail('has no value', { hint: 'give it one, or remove the line' });
      const got = read(input);
      if ('value' in got) return got.value;
      const { wrong, below, ...params } = got;
      return fail(wrong, params, below);
    })
    .meta(kept(meta));
}

/** zod drops `default` and `examples` of anything that transforms; `src/spec/config-json-schema.ts` gives them their names back. */
function kept({ default: defaultValue, examples, ...meta }: ValueMeta): Record<string, unknown> {
  return {
    ...meta,
    ...(defaultValue === undefined ? {} : { defaultValue }),
    ...(examples === undefined ? {} : { exampleValues: examples }),
  };
}

/** Text as it was written, for messages: quoted, and shortened when long. */
export function show(input: unknown): string {
  const text = typeof input === 'string' ? input : (JSON.stringify(input) ?? String(input));
  return `\`${text.length > 60 ? `${text.slice(0, 57)}…` : text}\``;
}

/** What a person would call the type of a value. */
export function kindOf(input: unknown): string {
  if (input === null || input === undefined) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a map';
  if (typeof input === 'boolean') return 'true or false';
  return typeof input === 'number' ? 'a number' : 'text';
}
