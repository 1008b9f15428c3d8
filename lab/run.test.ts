import { expect, test } from 'vitest';
import { run } from './run.ts';

test('collects what a command says and passes input and environment', async () => {
  const result = await run(['sh', '-c', 'read line; echo "$line $WORD"; echo aside >&2'], { input: 'hello\n', env: { WORD: 'there' } });
  expect(result).toEqual({ code: 0, stdout: 'hello there\n', stderr: 'aside\n' });
});

test('a failure names the command, the exit code and the last words', async () => {
  await expect(run(['sh', '-c', 'echo no such thing >&2; exit 3'])).rejects.toThrow(/exit code 3:\nno such thing$/);
});

test('an accepted exit code is an answer', async () => {
  await expect(run(['sh', '-c', 'exit 3'], { accept: [3] })).resolves.toMatchObject({ code: 3 });
  await expect(run(['sh', '-c', 'exit 4'], { accept: [3] })).rejects.toThrow('exit code 4');
});

test('a command that does not exist is a failure', async () => {
  await expect(run(['/no/such/program'])).rejects.toThrow('ENOENT');
});
