import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { FarthingError, Sealed } from '../common/index.ts';
import type { SecretRef, Spec } from '../spec/index.ts';
import type { CommandContext } from './command.ts';

/** Finds secrets where farthing.yaml says they are kept, and has them masked from then on. Throws FAR-SPEC-007. */
export function secretFinder(spec: Spec, context: CommandContext): (ref: SecretRef) => Promise<Sealed> {
  return async (ref) => {
    const secret = new Sealed(await read(ref, spec, context));
    context.redactor.add(secret);
    return secret;
  };
}

async function read(ref: SecretRef, spec: Spec, context: CommandContext): Promise<string> {
  if ('env' in ref) {
    const value = context.env.get(ref.env);
    if (value === undefined)
      throw new FarthingError('FAR-SPEC-007', `the environment has no ${ref.env}`, { hint: `Set it: export ${ref.env}=…` });
    return value;
  }
  if ('file' in ref) {
    const near = ref.file.startsWith('~/') ? join(context.env.home, ref.file.slice(2)) : ref.file;
    const path = isAbsolute(near) ? near : join(spec.dir, near);
    try {
      return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    } catch (thrown) {
      throw new FarthingError('FAR-SPEC-007', `cannot read ${ref.file}: ${(thrown as Error).message}`, {
        hint: 'Create it, readable by you only.',
      });
    }
  }
  const [program = ''] = ref.command;
  const ran = await context.processes.run(ref.command, { signal: context.signal, cwd: spec.dir }).catch(() => undefined);
  if (ran?.code !== 0)
    throw new FarthingError(
      'FAR-SPEC-007',
      `the command ${program} gave no secret${ran ? ` (exit code ${ran.code})` : ': it could not be started'}`,
      { hint: 'Run it by hand: it has to print the secret and nothing else.' },
    );
  return ran.stdout.replace(/\r?\n$/, '');
}
