import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, until } from '../../src/common/index.ts';
import { type Cluster, connect, differences, refOf } from '../../src/kube/index.ts';
import { type RealApi, startRealApi } from '../kube-api/real-api.ts';
import { renderProject } from '../rendered-project.ts';

const clock: Clock = { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };
const goldens = join(import.meta.dirname, '../golden/workloads');
let api: RealApi;
let cluster: Cluster;

beforeAll(async () => {
  api = await startRealApi();
  cluster = connect({ kubeconfig: api.kubeconfig, clock });
  const ready = async () => ((await cluster.raw('GET', '/readyz').catch(() => undefined)) === 'ok' ? true : undefined);
  expect(await until(ready, { clock, deadline: 60_000, every: 300 })).toBe(true);
});
afterAll(async () => {
  await cluster?.close();
  api?.stop();
});

// The API server's own validation is the judge: no unknown field, no warning, nothing it changes behind our back.
describe('what is rendered is accepted by a real API server, strictly, and stays as it was sent', () => {
  it.each(readdirSync(goldens).filter((name) => name.endsWith('.txt')))('%s', async (name) => {
    const [input = ''] = readFileSync(join(goldens, name), 'utf8').split('\n----------\n');
    const space = `t-${name.replace(/\.txt$/, '')}`;
    const { app } = await renderProject(`${input}\n`);
    for (const object of app.objects) {
      // Each golden in a namespace of its own, since there is no controller that would empty one.
      const { namespace, ...metadata } = object.metadata;
      const moved = { ...object, metadata: namespace === undefined ? { ...metadata, name: space } : { ...metadata, namespace: space } };
      const { warnings } = await cluster.apply(moved);
      expect(warnings).toEqual([]);
      expect(differences(moved, await cluster.get(refOf(moved)))).toEqual([]);
    }
  });

  it('lets a service get and lose what it has', async () => {
    const project = (extra: string) => `-- compose.yaml --\nservices:\n  a: { image: x${extra} }\nvolumes: { vol: }\n-- f --\nx\n`;
    const states = [
      '',
      ', volumes: ["vol:/v", "./f:/f:ro"], environment: { A: "1" }, mem_limit: 64m, healthcheck: { test: x }',
      ', tmpfs: /t, user: "1", cap_add: [NET_ADMIN], hostname: h, extra_hosts: ["a:10.0.0.1"], command: x',
      '',
    ];
    for (const state of states) {
      const { app } = await renderProject(project(state));
      for (const object of app.objects) {
        await cluster.apply(object);
        expect(differences(object, await cluster.get(refOf(object)))).toEqual([]);
      }
    }
  });
});
