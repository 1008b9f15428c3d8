import { didYouMean } from '../../common/index.ts';
import type { SecretRef } from '../types.ts';
import type { Read } from '../value.ts';

const forms = 'write where it is kept: `{ env: NAME }`, `{ file: PATH }` or `{ command: [PROGRAM, ARGUMENT] }`';

/** A reference to a secret. What was written instead is never repeated: it may be the secret. */
export function readSecretRef(input: unknown): Read<SecretRef> {
  if (typeof input === 'string' && /^\$\{?\w+\}?$/.test(input)) {
    return refuse('is text, which farthing does not fill in', `write \`{ env: ${input.replace(/[${}]/g, '')} }\``);
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return refuse('is written out in the file', forms);
  const keys = Object.keys(input);
  const unknown = keys.find((key) => !['env', 'file', 'command'].includes(key));
  if (unknown !== undefined) {
    const meant = didYouMean(unknown, ['env', 'file', 'command']);
    return refuse('is no reference to a secret', meant ? `did you mean \`${meant}\`?` : forms);
  }
  if (keys.length !== 1) return refuse('should name one place', forms);
  const { env, file, command } = input as { env?: unknown; file?: unknown; command?: unknown };
  if (typeof env === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(env)) return { value: { env } };
  if (typeof file === 'string' && file.trim() !== '') return { value: { file } };
  if (Array.isArray(command) && command.length > 0 && command.every((part) => typeof part === 'string')) {
    return { value: { command: command as string[] } };
  }
  if (env !== undefined) return refuse('names no environment variable', 'write its name without `$`: letters, digits and `_`');
  return command === undefined
    ? refuse('names no file', 'write a path')
    : refuse('names no command', 'write a list: `[PROGRAM, ARGUMENT]`');
}

function refuse(wrong: string, hint: string): Read<SecretRef> {
  return { wrong, hint, code: 'FAR-SPEC-010' };
}

/** JSON Schema of a reference to a secret. */
export const secretSchema = {
  oneOf: [
    { type: 'object', properties: { env: { type: 'string', description: 'Name of an environment variable' } }, required: ['env'] },
    {
      type: 'object',
      properties: { file: { type: 'string', description: 'Path of a file, relative to farthing.yaml' } },
      required: ['file'],
    },
    {
      type: 'object',
      properties: {
        command: {
          type: 'array',
          items: { type: 'string' },
          minItems: 1,
          description: 'A program and its arguments; its output is the secret',
        },
      },
      required: ['command'],
    },
  ].map((form) => ({ ...form, additionalProperties: false })),
};
