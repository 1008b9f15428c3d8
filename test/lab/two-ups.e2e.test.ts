import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Laptop, laptop } from './farthing.ts';
import { homeInLab } from './home.ts';
import { onHost } from './hosts.ts';

// Two people, one cluster, the same minute.
const machines = ['big', 'micro-1', 'micro-2'];
let ada: Laptop;
let bob: Laptop;
let adas = '';
let bobs = '';

beforeAll(async () => {
  ada = laptop();
  bob = laptop();
  adas = await homeInLab('home', join(ada.home, 'home'));
  bobs = await homeInLab('home', join(bob.home, 'home'));
});
afterAll(async () => {
  await ada?.farthing(['down', '-f', adas, '--confirm', 'home']);
  ada?.dispose();
  bob?.dispose();
});

const ids = async () =>
  new Set(
    await Promise.all(machines.map(async (machine) => (JSON.parse(await onHost(machine, 'cat /etc/farthing/owner')) as { id: string }).id)),
  );

it('two ups on bare hosts make one cluster: one does it, the other says why it leaves and then finds it done', async () => {
  const [a, b] = await Promise.all([ada.farthing(['up', '-f', adas, '--yes']), bob.farthing(['up', '-f', bobs, '--yes'])]);
  const codes = [a.code, b.code].sort();
  expect(codes[0], `${a.stderr}\n=====\n${b.stderr}`).toBe(0);
  const loser = [a, b].find((ran) => ran.code !== 0);
  if (loser) expect(loser.stderr).toMatch(/is marked as .* of the cluster home|is at work|holds|Other work is running/);
  expect((await ids()).size).toBe(1);
  for (const [who, file] of [
    [ada, adas],
    [bob, bobs],
  ] as const) {
    const again = await who.farthing(['up', '-f', file, '--yes']);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain('Nothing to do');
  }
});

it('two different changes at once: one waits or leaves, saying who is at work', async () => {
  const change = (laptopHome: string, text: string) => {
    const compose = join(laptopHome, 'home/shop/compose.yaml');
    writeFileSync(
      compose,
      readFileSync(compose, 'utf8').replace('ADMINER_DEFAULT_SERVER: db', `ADMINER_DEFAULT_SERVER: db\n      ADMINER_DESIGN: ${text}`),
    );
  };
  change(ada.home, 'nette');
  change(bob.home, 'pepa');
  const [a, b] = await Promise.all([ada.farthing(['up', '-f', adas, '--yes']), bob.farthing(['up', '-f', bobs, '--yes'])]);
  const won = [a, b].filter((ran) => ran.code === 0);
  expect(won.length, `${a.stderr}\n=====\n${b.stderr}`).toBeGreaterThanOrEqual(1);
  const loser = [a, b].find((ran) => ran.code !== 0);
  if (loser) {
    expect(loser.stderr).toContain('FAR-APPLY-00');
    expect(loser.stderr).toMatch(/pid \d+|no longer so/);
  }
  // What Ada wants last is what is: nothing of the other is left half-way.
  const last = await ada.farthing(['up', '-f', adas, '--yes']);
  expect(last.code, last.stderr).toBe(0);
  expect((await onHost('big', "k3s kubectl -n shop get secret web-env -o 'jsonpath={.data.ADMINER_DESIGN}' | base64 -d")).trim()).toBe(
    'nette',
  );
});

it('a holder that died without a word is not waited for on its own computer, and can be taken over from another', async () => {
  const lease = `k3s kubectl apply -f - <<EOT
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: { name: farthing, namespace: farthing-system }
spec: { holderIdentity: "eve@elsewhere (farthing up, pid 1)", leaseDurationSeconds: 30, acquireTime: "$(date -u +%Y-%m-%dT%H:%M:%S.000000Z)", renewTime: "$(date -u +%Y-%m-%dT%H:%M:%S.000000Z)" }
EOT`;
  const compose = join(ada.home, 'home/shop/compose.yaml');
  writeFileSync(compose, readFileSync(compose, 'utf8').replace('nette', 'lucas'));
  await onHost('big', lease);
  const refused = await ada.farthing(['up', '-f', adas, '--yes']);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('eve@elsewhere');
  expect(refused.stderr).toContain('--take-over');
  const taken = await ada.farthing(['up', '-f', adas, '--yes', '--take-over']);
  expect(taken.code, taken.stderr).toBe(0);
});
