import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LabShells, labShells } from '../../test/lab/shells.ts';
import { realClock } from '../cli/real-ports.ts';
import { Sealed, until } from '../common/index.ts';
import type { Shell } from '../ssh/index.ts';
import { readHostFacts } from './read-facts.ts';
import { runWork } from './run-work.ts';

let shells: LabShells;
let host: Shell;

beforeAll(async () => {
  shells = await labShells();
  host = await shells.open('micro-2');
});
afterAll(async () => {
  await host.run('rm -rf /root/work-*; rmdir /run/farthing 2>/dev/null; true');
  await shells.dispose();
});

it('gives output, arguments and files, and leaves nothing behind', async () => {
  const seen: string[] = [];
  const result = await runWork(host, realClock, {
    name: 'farthing: a test',
    script: 'echo "$1|$2"; cat "$FILES/secret"; sleep 0.3; id -u; exit 7',
    args: ['a $b "c"', 'two  spaces'],
    files: { secret: new Sealed('s3cret\n') },
    timeout: 10_000,
    ok: [7],
    onOutput: (chunk) => seen.push(chunk),
  });
  expect(result.stdout).toBe('a $b "c"|two  spaces\ns3cret\n0\n');
  expect(seen.length).toBeGreaterThan(1);
  expect((await host.run('ls -A /run/farthing')).stdout).toBe('');
});

it('a failure brings the last lines', async () => {
  const work = runWork(host, realClock, { name: 'farthing: fails', script: 'echo so it goes; exit 3', timeout: 10_000 });
  await expect(work).rejects.toMatchObject({ code: 'FAR-SSH-006' });
  await expect(work).rejects.toThrow(/exit code 3:\nso it goes/);
});

it('stops what takes too long', async () => {
  await expect(runWork(host, realClock, { name: 'farthing: slow', script: 'sleep 60', timeout: 1000 })).rejects.toThrow(/longer than 1 s/);
});

it('a second command waits for the first and says for whom', async () => {
  const order: string[] = [];
  const first = runWork(host, realClock, { name: 'farthing: the first', script: 'sleep 1.5', timeout: 10_000 }).then(() =>
    order.push('first'),
  );
  await until(async () => ((await readHostFacts(host, realClock)).work ? true : undefined), {
    clock: realClock,
    deadline: 5000,
    every: 50,
  });
  expect((await readHostFacts(host, realClock)).work).toMatchObject({ name: 'farthing: the first' });
  const said: string[] = [];
  await runWork(host, realClock, { name: 'farthing: the second', script: ':', timeout: 10_000, progress: (line) => said.push(line) });
  order.push('second');
  await first;
  expect(order).toEqual(['first', 'second']);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/micro-2 is busy with "farthing: the first" since /);
});

it('and leaves, naming it, when it takes too long', async () => {
  const first = runWork(host, realClock, { name: 'farthing: long', script: 'sleep 3', timeout: 10_000 });
  await until(async () => ((await readHostFacts(host, realClock)).work ? true : undefined), {
    clock: realClock,
    deadline: 5000,
    every: 50,
  });
  const second = runWork(host, realClock, { name: 'farthing: second', script: ':', timeout: 10_000, patience: 500 });
  await expect(second).rejects.toMatchObject({ code: 'FAR-HOST-001' });
  await first;
});

it('work goes on when the one who started it is gone', async () => {
  const own = await labShells();
  const work = runWork(await own.open('micro-2'), realClock, {
    name: 'farthing: orphan',
    script: 'for i in 1 2 3 4 5 6; do echo $i; sleep 0.3; done; echo done > /root/work-done',
    timeout: 10_000,
  });
  const lost = expect(work).rejects.toMatchObject({ code: 'FAR-SSH-001' });
  await until(async () => ((await readHostFacts(host, realClock)).work ? true : undefined), {
    clock: realClock,
    deadline: 5000,
    every: 50,
  });
  await own.dispose();
  await lost;
  await runWork(host, realClock, { name: 'farthing: after it', script: 'cat /root/work-done', timeout: 10_000 }).then((result) =>
    expect(result.stdout).toBe('done\n'),
  );
  expect((await host.run('ls -A /run/farthing; pgrep -fc "[f]arthing/.*runner" || true')).stdout).toBe('0\n');
});
