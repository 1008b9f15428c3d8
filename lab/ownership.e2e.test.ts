import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { exists } from './cache.ts';
import { labPaths } from './config.ts';
import { cgroupPids } from './hosts/cgroups.ts';
import { run } from './run.ts';
import { readLab } from './state.ts';
import { addedBy, runLab, viewMachine } from './testing.ts';

const instance = 'lab-own';
process.env.FARTHING_LAB = instance;

afterEach(async () => {
  await runLab(['down'], { FARTHING_LAB: instance });
  await runLab(['down'], { FARTHING_LAB: 'lab-own-2' });
});

test("a network namespace that is not the lab's is neither used nor removed", async () => {
  await run(['ip', 'netns', 'add', instance]);
  await run(['ip', '-netns', instance, 'link', 'add', 'somebody', 'type', 'bridge']);
  const up = await runLab(['up', 'single', '--no-k3s'], {}, 'any');
  const down = await runLab(['down'], {}, 'any');
  const links = await run(['ip', '-netns', instance, 'link']);
  await run(['ip', 'netns', 'delete', instance]);
  expect([up.code, down.code]).toEqual([1, 1]);
  expect(up.stderr).toContain(`a network namespace /run/netns/${instance} exists and there is no lab of that name`);
  expect(links.stdout).toContain('somebody');
});

test("a folder that is not the lab's is left alone", async () => {
  const { state } = labPaths();
  await mkdir(state, { recursive: true });
  await writeFile(join(state, 'precious'), 'mine');
  const up = await runLab(['up', 'single', '--no-k3s'], {}, 'any');
  const down = await runLab(['down'], {}, 'any');
  const kept = await exists(join(state, 'precious'));
  await rm(state, { recursive: true });
  expect([up.code, down.code, kept]).toEqual([1, 1, true]);
  expect(up.stderr).toContain('carries no mark of the lab');
});

test('after a crash, down removes the rest and up starts anew', async () => {
  const before = await viewMachine();
  await runLab(['up', 'single', '--no-k3s']);
  const crash = async () => {
    const lab = await readLab();
    process.kill(lab.supervisor, 'SIGKILL');
    const nspawn = (await cgroupPids(`${instance}/solo`)).toSorted((a, b) => a - b)[0];
    process.kill(nspawn ?? 0, 'SIGKILL');
  };
  await crash();
  const again = await runLab(['up', 'single', '--no-k3s']);
  expect(again.stderr).toContain('clearing what a stopped lab left');
  await crash();
  await runLab(['down']);
  expect(addedBy(before, await viewMachine(), instance)).toEqual([]);
});

test('an up that is killed at any moment leaves nothing that down does not remove', async () => {
  const before = await viewMachine();
  for (const milliseconds of [600, 900, 1200, 1600, 2200, 3000]) {
    await runLab(['up', 'single', '--no-k3s'], {}, 'any', milliseconds);
    await runLab(['down']);
    expect({ milliseconds, added: addedBy(before, await viewMachine(), instance) }).toEqual({ milliseconds, added: [] });
  }
});

test('two labs at once do not see each other', async () => {
  await runLab(['up', 'single', '--no-k3s']);
  const { leader } = (await readLab()).hosts[0] ?? {};
  await runLab(['up', 'single', '--no-k3s'], { FARTHING_LAB: 'lab-own-2' });
  await runLab(['down'], { FARTHING_LAB: 'lab-own-2' });
  const whoami = await runLab(['ssh', 'solo', 'hostname']);
  expect(whoami.stdout).toBe('solo\n');
  expect((await readLab()).hosts[0]?.leader).toBe(leader);
});
