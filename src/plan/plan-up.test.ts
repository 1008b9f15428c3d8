import { describe, expect, it } from 'vitest';
import { bareHosts, homeFile, planInput, shopFile, volumeOn, worldAfter, worldOf } from '../../test/paper-world.ts';
import type { World } from '../observe/index.ts';
import { planDown } from './plan-down.ts';
import { planPrune } from './plan-prune.ts';
import { planUp } from './plan-up.ts';
import type { Plan } from './types.ts';

const ids = (plan: Plan) => plan.operations.map((operation) => operation.id);

/** Three hosts with the cluster of the file on them. */
async function upWorld(file = homeFile, compose = shopFile): Promise<World> {
  const world = worldOf(bareHosts());
  const input = await planInput(world, { file, compose });
  return worldAfter(world, planUp(input), input);
}

describe('planUp', () => {
  it('makes a cluster of bare hosts: files everywhere at once, the server, the list, agents, apps', async () => {
    const plan = planUp(await planInput(worldOf(bareHosts())));
    expect(plan.refusals).toEqual([]);
    expect(ids(plan)).toEqual([
      ...['big', 'micro-1', 'micro-2'].flatMap((m) => [
        `host.owner:${m}`,
        `host.firewall:${m}`,
        `k3s.stage:${m}`,
        m === 'big' ? 'k3s.server:big' : `k3s.agent:${m}`,
      ]),
      'inventory.write',
      'kube.objects:shop',
      'kube.rollout:shop',
    ]);
    const by = Object.fromEntries(plan.operations.map((operation) => [operation.id, operation]));
    expect(by['k3s.stage:micro-1']?.after).toEqual(['host.owner:micro-1']);
    expect(by['inventory.write']?.after).toEqual(['k3s.server:big']);
    expect(by['k3s.agent:micro-1']?.after).toEqual(expect.arrayContaining(['inventory.write', 'k3s.stage:micro-1', 'k3s.server:big']));
    expect(by['kube.objects:shop']?.after).toEqual(expect.arrayContaining(['k3s.agent:micro-1', 'k3s.agent:micro-2']));
  });

  it('gives the same plan for the same input, byte for byte, and shows no secret', async () => {
    const [a, b] = await Promise.all([planInput(worldOf(bareHosts())), planInput(worldOf(bareHosts()))]);
    expect(JSON.stringify(planUp(a))).toBe(JSON.stringify(planUp(b)));
    expect(JSON.stringify(planUp(a))).not.toContain('correct-horse');
  });

  it('finds nothing to do when everything it planned is so', async () => {
    expect(ids(planUp(await planInput(await upWorld())))).toEqual([]);
  });

  it('changes exactly the service whose environment changed', async () => {
    const plan = planUp(await planInput(await upWorld(), { compose: shopFile.replace('hello', 'good evening') }));
    expect(ids(plan)).toEqual(['kube.objects:shop', 'kube.rollout:shop']);
    expect(plan.operations[0]?.touches).toEqual(['Secret shop/web-env', 'Deployment shop/web']);
    expect(JSON.stringify(plan)).not.toContain('good evening');
  });

  it('removes an app that left the file, keeps its volume and lists it, and prunes it only by name', async () => {
    const world = await upWorld();
    const input = await planInput(world, { file: homeFile.replace(/apps:[\s\S]*/, 'apps: {}\n') });
    const plan = planUp(input);
    expect(ids(plan)).toEqual(['kube.delete:shop', 'inventory.write:shorter']);
    expect(plan.operations.flatMap((operation) => operation.destroys)).toEqual([]);
    expect(plan.kept).toMatchObject([{ namespace: 'shop', name: 'data', node: 'big' }]);
    const left = await planInput(worldAfter(world, plan, input), { file: homeFile.replace(/apps:[\s\S]*/, 'apps: {}\n') });
    expect(ids(planUp(left))).toEqual([]);
    expect(ids(planPrune(left, []))).toEqual([]);
    const prune = planPrune(left, ['shop/data']);
    expect(ids(prune)).toEqual(['volume.delete:shop/data']);
    expect(prune.operations[0]?.destroys).toHaveLength(1);
  });

  it('empties and leaves a machine that left the file, and shortens the list last', async () => {
    const plan = planUp(await planInput(await upWorld(), { file: homeFile.replace(/ {2}micro-2:.*\n/, '') }));
    expect(plan.refusals).toEqual([]);
    // Its peers no longer let it in, which is part of exactly that.
    expect(ids(plan)).toEqual([
      'host.firewall:big',
      'host.firewall:micro-1',
      'node.drain:micro-2',
      'node.delete:micro-2',
      'k3s.leave:micro-2',
      'host.release:micro-2',
      'inventory.write:shorter',
    ]);
    expect(plan.machines.find((machine) => machine.name === 'micro-2')?.state).toBe('leaving');
  });

  it('keeps the data of a machine that leaves, and refuses when an app of the file needs it', async () => {
    const seen = await upWorld();
    if (seen.cluster.state !== 'present') throw new Error('no cluster');
    const world = { ...seen, cluster: { ...seen.cluster, volumes: seen.cluster.claims.map((claim) => volumeOn('micro-2', claim)) } };
    const without = homeFile.replace(/ {2}micro-2:.*\n/, '');
    const used = planUp(await planInput(world, { file: without }));
    expect(used.operations).toEqual([]);
    expect(used.refusals.map((refusal) => refusal.code)).toContain('FAR-PLAN-008');
    const kept = planUp(await planInput(world, { file: without.replace(/apps:[\s\S]*/, 'apps: {}\n') }));
    expect(kept.refusals).toEqual([]);
    expect(kept.operations.flatMap((operation) => operation.destroys)).toEqual([]);
    expect(kept.operations.find((operation) => operation.id === 'k3s.leave:micro-2')?.data).toEqual({
      machine: 'micro-2',
      keep: '/var/lib/farthing-kept/home',
    });
    expect(kept.findings.map((finding) => finding.message).join()).toContain('the data of shop/data stays on micro-2');
  });

  it('refuses to lose the server', async () => {
    const file = homeFile
      .replace(/ {2}big:.*\n/, '')
      .replace('micro-1: { ssh: ubuntu@10.0.0.12 }', 'micro-1: { ssh: ubuntu@10.0.0.12, role: server }')
      .replace('prefer: [big]', 'memory: 100MiB');
    const plan = planUp(await planInput(await upWorld(), { file }));
    expect(plan.operations).toEqual([]);
    expect(plan.refusals.map((refusal) => refusal.message).join()).toContain(
      'big is the server of the cluster and is no longer in the file',
    );
  });

  it('adds a machine that came into the file', async () => {
    const two = homeFile.replace(/ {2}micro-2:.*\n/, '');
    const hosts = bareHosts();
    const { 'micro-2': fresh, ...old } = hosts;
    const first = worldOf(old);
    const input = await planInput(first, { file: two });
    const world = worldAfter(first, planUp(input), input);
    if (!fresh) throw new Error('micro-2');
    const plan = planUp(await planInput({ ...world, hosts: { ...world.hosts, 'micro-2': fresh } }));
    expect(ids(plan)).toEqual([
      'host.firewall:big',
      'host.firewall:micro-1',
      'host.owner:micro-2',
      'host.firewall:micro-2',
      'k3s.stage:micro-2',
      'k3s.agent:micro-2',
      'inventory.write',
    ]);
  });

  it('narrows to one app', async () => {
    const file = `${homeFile}  blog:\n    compose: ./compose.yaml\n`;
    const world = await upWorld();
    expect(ids(planUp(await planInput(world, { file })))).toEqual(['inventory.write', 'kube.objects:blog', 'kube.rollout:blog']);
    const changed = { file, compose: shopFile.replace('hello', 'hi') };
    expect(ids(planUp(await planInput(world, { ...changed, only: 'shop' })))).not.toContain('kube.objects:blog');
  });

  it('says what it could not look at, and does not call a silent host bare', async () => {
    const { 'micro-2': _, ...rest } = bareHosts();
    const unreachable = { unreachable: { what: 'the machine micro-2', reason: 'connection timed out', matters: true } };
    const plan = planUp(await planInput(worldOf({ ...rest, 'micro-2': unreachable })));
    expect(plan.unknowns).toEqual([unreachable.unreachable]);
    expect(ids(plan).filter((id) => id.endsWith(':micro-2'))).toEqual([]);
    expect(plan.machines.find((machine) => machine.name === 'micro-2')?.state).toBe('not reached');
  });

  it('plans nothing for the others while a machine is silent', async () => {
    const world = await upWorld();
    const unreachable = { unreachable: { what: 'the machine micro-2', reason: 'connection timed out', matters: true } };
    const plan = planUp(await planInput({ ...world, hosts: { ...world.hosts, 'micro-2': unreachable } }));
    expect(ids(plan)).toEqual([]);
    expect(plan.findings.filter((finding) => finding.id === 'firewall')).toEqual([]);
    expect(plan.unknowns).toEqual([unreachable.unreachable]);
  });

  it('refuses an image that does not exist, and one whose architectures nobody has, at its line', async () => {
    const plan = planUp(
      await planInput(worldOf(bareHosts()), {
        platforms: { 'adminer:4': { platforms: [], missing: true, certainty: 'unknown' }, 'mariadb:10.11': { platforms: ['linux/s390x'] } },
      }),
    );
    expect(plan.refusals.map((refusal) => [refusal.code, refusal.location?.file, refusal.location?.line])).toEqual([
      ['FAR-IMAGE-002', 'compose.yaml', 3],
      ['FAR-PLAN-001', 'compose.yaml', 8],
    ]);
    expect(plan.operations).toEqual([]);
  });

  it('names the version whose digests are not known', async () => {
    const plan = planUp(await planInput(worldOf(bareHosts()), { file: homeFile.replace(/ {2}sha256:.*\n/, '') }));
    expect(plan.refusals.map((refusal) => refusal.code)).toContain('FAR-K3S-004');
  });

  it('plans from the file alone without a look', async () => {
    const plan = planUp(await planInput(undefined));
    expect(plan.operations).toEqual([]);
    expect(plan.unknowns).toHaveLength(1);
    expect(plan.placements).toHaveLength(2);
  });
});

describe('planDown', () => {
  it('takes agents off before the server, names the volumes, and leaves foreign hosts alone', async () => {
    const world = await upWorld();
    const input = await planInput(world);
    const plan = planDown({ spec: input.spec, world });
    expect(ids(plan)).toEqual([
      'k3s.leave:micro-1',
      'host.release:micro-1',
      'k3s.leave:micro-2',
      'host.release:micro-2',
      'k3s.leave:big',
      'host.release:big',
    ]);
    expect(plan.operations.flatMap((operation) => operation.destroys.map((d) => d.what)).join()).toContain('shop/data on big');
    expect(plan.operations.find((operation) => operation.id === 'k3s.leave:big')?.after).toEqual(
      expect.arrayContaining(['k3s.leave:micro-1', 'k3s.leave:micro-2']),
    );
    const big = world.hosts.big;
    if (!big || 'unreachable' in big) throw new Error('big');
    const foreign = {
      ...world,
      cluster: { state: 'absent' as const },
      hosts: { ...world.hosts, big: { ...big, owner: { id: 'x', cluster: 'office', machine: 'big', version: '', before: {} } } },
    };
    expect(ids(planDown({ spec: input.spec, world: foreign })).filter((id) => id.endsWith(':big'))).toEqual([]);
  });

  it('names data also when the cluster cannot be asked whose it is', async () => {
    const world = await upWorld();
    const { spec } = await planInput(world);
    const folders = { 'micro-1': { '/var/lib/rancher/k3s/storage/pvc-1_shop_data': 4096 } };
    const plan = planDown({
      spec,
      folders,
      world: { ...world, cluster: { state: 'unknown', unknown: { what: 'the cluster', reason: 'K3s is stopped', matters: false } } },
    });
    expect(plan.operations.find((operation) => operation.id === 'k3s.leave:micro-1')?.destroys).toEqual([
      { what: 'the data in /var/lib/rancher/k3s/storage/pvc-1_shop_data on micro-1', size: 4096 },
    ]);
  });
});
