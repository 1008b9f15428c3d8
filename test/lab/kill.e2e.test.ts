import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Laptop, laptop } from './farthing.ts';
import { homeInLab } from './home.ts';
import { onHost } from './hosts.ts';

// A laptop that dies in the middle: whatever moment it is, the same command carries on. The moments
// come from a seed, which is printed; FARTHING_SEED repeats a run, FARTHING_SOAK=1 makes a long one.
const seed = Number(process.env.FARTHING_SEED ?? Math.floor(Math.random() * 1e9));
const kills = process.env.FARTHING_SOAK === '1' ? 24 : 4;
const machines = ['big', 'micro-1', 'micro-2'];
let me: Laptop;
let file = '';

beforeAll(async () => {
  console.log(`kill: FARTHING_SEED=${seed}`);
  me = laptop();
  file = await homeInLab('home', join(me.home, 'home'));
});
afterAll(async () => {
  await me?.farthing(['down', '-f', file, '--confirm', 'home']);
  me?.dispose();
});

/** A small seeded generator (mulberry32): numbers in [0, 1). */
function random(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Runs a command and kills its whole process group with SIGKILL some milliseconds after the n-th
 * operation has begun or ended. Gives what it had said, or undefined when it was done before.
 */
async function killed(args: readonly string[], nth: number, later: number): Promise<string | undefined> {
  const { child, done } = me.start(args);
  let marks = 0;
  let finished = false;
  const reached = new Promise<void>((resolve) => {
    child.stderr?.on('data', (text: string) => {
      marks += text.match(/[▸✓] /g)?.length ?? 0;
      if (marks >= nth) resolve();
    });
    void done.then(() => {
      finished = true;
      resolve();
    });
  });
  await reached;
  await pause(later);
  if (finished) return undefined;
  process.kill(-(child.pid as number), 'SIGKILL');
  return (await done).stderr;
}

/** What must hold once a command has run to its end, whatever happened before. */
async function whole(): Promise<void> {
  const owners = await Promise.all(machines.map((machine) => onHost(machine, 'cat /etc/farthing/owner')));
  expect(new Set(owners.map((text) => (JSON.parse(text) as { id: string }).id)).size).toBe(1);
  for (const machine of machines) {
    const left = await onHost(
      machine,
      "find /etc /usr/local/bin /var/lib/farthing -xdev \\( -name '*.farthing-*' -o -name '.farthing*' -o -name '*.new' -o -name 'owner.*' -o -name '*.part' \\) | sort",
    );
    expect(left, `half-written on ${machine}`).toBe('');
    expect((await onHost(machine, 'systemctl is-active farthing-work.service || true')).trim(), machine).toBe('inactive');
  }
  const status = await me.farthing(['status', '-f', file, '--json']);
  expect(status.code, status.stdout + status.stderr).toBe(0);
  const again = await me.farthing(['up', '-f', file, '--yes']);
  expect(again.stderr.trim()).toBe('Nothing to do: home is as the file says.');
}

it(`up is killed ${kills} times while it makes the cluster, and the next one carries on`, async () => {
  const next = random(seed);
  for (let i = 0; i < kills; i += 1) {
    // The long form goes through the boundaries one by one, the short one takes some.
    const nth = process.env.FARTHING_SOAK === '1' ? 1 + (i % 12) : 1 + Math.floor(next() * 12);
    const later = next() < 0.5 ? 0 : Math.floor(next() * 2500);
    const said = await killed(['up', '-f', file, '--yes'], nth, later);
    // The long form begins anew when there is nothing left to kill.
    if (said === undefined && process.env.FARTHING_SOAK === '1') await me.farthing(['down', '-f', file, '--confirm', 'home']);
    console.log(
      `kill ${i + 1}: ${later} ms after mark ${nth}${said === undefined ? ' (it was done before)' : `, at: ${said.trim().split('\n').at(-1)}`}`,
    );
  }
  const ran = await me.farthing(['up', '-f', file, '--yes']);
  expect(ran.code, ran.stderr).toBe(0);
  await whole();
});

it('a change is killed, and the next up carries on', async () => {
  const next = random(seed + 1);
  const compose = join(me.home, 'home/shop/compose.yaml');
  writeFileSync(
    compose,
    readFileSync(compose, 'utf8').replace('ADMINER_DEFAULT_SERVER: db', 'ADMINER_DEFAULT_SERVER: db\n      ADMINER_DESIGN: nette'),
  );
  await killed(['up', '-f', file, '--yes'], 1 + Math.floor(next() * 3), Math.floor(next() * 500));
  const ran = await me.farthing(['up', '-f', file, '--yes']);
  expect(ran.code, ran.stderr).toBe(0);
  await whole();
});

it('Ctrl-C ends with 130 and says how to go on; down is killed and the next one finishes', async () => {
  const next = random(seed + 2);
  const compose = join(me.home, 'home/shop/compose.yaml');
  writeFileSync(compose, readFileSync(compose, 'utf8').replace('nette', 'pepa'));
  const { child, done } = me.start(['up', '-f', file, '--yes']);
  await new Promise<void>((resolve) => child.stderr?.on('data', (text: string) => text.includes('▸') && resolve()));
  child.kill('SIGINT');
  const interrupted = await done;
  expect([interrupted.code, interrupted.stderr]).toEqual([130, expect.stringContaining('`farthing up` carries on from here')]);
  await killed(['down', '-f', file, '--confirm', 'home'], 1 + Math.floor(next() * 5), Math.floor(next() * 1500));
  const ran = await me.farthing(['down', '-f', file, '--confirm', 'home']);
  expect(ran.code, ran.stderr).toBe(0);
  for (const machine of machines)
    expect(
      (
        await onHost(
          machine,
          'ls -d /etc/farthing /etc/rancher /usr/local/bin/k3s /var/lib/rancher/k3s /var/lib/farthing 2>/dev/null || true',
        )
      ).trim(),
      machine,
    ).toBe('');
});
