import { expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

it('collects what a program says, and its exit code', async () => {
  const script = 'console.log("out"); console.error("err"); process.exitCode = 3';
  expect(await runCommand([process.execPath, '-e', script])).toMatchObject({ code: 3, stdout: 'out\n', timedOut: false });
});

it('ends a program that takes too long with all that it started', async () => {
  // The grandchild would keep the output open for half a minute.
  const script = 'sh -c "sleep 30; echo survived" & wait';
  const started = Date.now();
  const { stdout, timedOut } = await runCommand(['sh', '-c', script], { timeout: 200 });
  expect({ stdout, timedOut }).toEqual({ stdout: '', timedOut: true });
  expect(Date.now() - started).toBeLessThan(5_000);
});

it('fails when there is no such program', async () => {
  await expect(runCommand(['no-such-program-here'])).rejects.toThrow('ENOENT');
});
