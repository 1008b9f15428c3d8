import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Platforms } from '../images/index.ts';
import { decide } from './decide.ts';
import type { Decision, PlacementNode, PlacementUnit } from './types.ts';

const MiB = 1024 ** 2;
const image = (name: string, ...platforms: string[]): Platforms => ({ image: name, platforms, certainty: 'index', notes: [] });
const both = image('multi', 'linux/amd64', 'linux/arm64');
const node = (
  name: string,
  arch: PlacementNode['arch'],
  memory: number | undefined = 1024,
  cpus: number | undefined = 1000,
): PlacementNode => ({
  name,
  arch,
  role: 'agent',
  memory: memory === undefined ? undefined : memory * MiB,
  cpus,
});
const unit = (id: string, memory = 100, more: Partial<PlacementUnit> = {}): PlacementUnit => ({
  id,
  images: [both],
  memory: memory * MiB,
  cpus: 50,
  prefer: [],
  require: [],
  pinnedTo: [],
  ...more,
});
const one = (u: PlacementUnit, nodes: readonly PlacementNode[], prefer?: 'amd64' | 'arm64'): Decision =>
  decide([u], nodes, prefer === undefined ? {} : { prefer })[0] as Decision;
const placed = (d: Decision) => {
  if (d.kind !== 'placed') throw new Error(d.why);
  return d;
};

describe('decide', () => {
  const mixed = [node('a', 'amd64'), node('b', 'arm64')];

  it('requires what all images of a pod have', () => {
    const d = placed(one(unit('x', 100, { images: [both, image('arm', 'linux/arm64/v9', 'windows/amd64')] }), mixed));
    expect(d).toMatchObject({ arches: ['arm64'], expected: 'b', pinned: true });
    expect(d.why).toBe('multi is for amd64 and arm64; arm is for arm64; 100 MiB fits on b.');
  });

  it('adds no required term for an unknown image, and says so', () => {
    const unknown: Platforms = { image: 'x', platforms: [], certainty: 'unknown', reason: 'no answer', notes: [] };
    const d = placed(one(unit('x', 100, { images: [unknown] }), mixed));
    expect(d.arches).toEqual([]);
    expect(d.why).toContain('the architectures of x are unknown (no answer)');
    expect(placed(one(unit('x', 100, { images: [unknown, image('arm', 'linux/arm64')] }), mixed)).arches).toEqual(['arm64']);
  });

  it('prefers softly: the service first, then the file, and what is impossible not at all', () => {
    expect(placed(one(unit('x'), mixed, 'arm64'))).toMatchObject({
      expected: 'b',
      prefer: ['arm64'],
      arches: ['amd64', 'arm64'],
      pinned: false,
    });
    expect(placed(one(unit('x', 100, { prefer: ['a'] }), mixed, 'arm64'))).toMatchObject({ expected: 'a', prefer: ['a', 'arm64'] });
    expect(placed(one(unit('x', 100, { images: [image('i', 'linux/amd64')] }), mixed, 'arm64'))).toMatchObject({
      expected: 'a',
      prefer: [],
    });
    expect(placed(one(unit('x', 900, { prefer: ['b'] }), [node('a', 'amd64'), node('b', 'arm64', 100)]))).toMatchObject({ expected: 'a' });
  });

  it('requires machines or architectures of the file', () => {
    expect(placed(one(unit('x', 100, { require: ['b'] }), mixed))).toMatchObject({
      nodes: ['b'],
      requiredByFile: ['b'],
      expected: 'b',
      pinned: true,
    });
    expect(placed(one(unit('x', 100, { require: ['arm64'] }), mixed))).toMatchObject({ arches: ['arm64'], nodes: [] });
    expect(placed(one(unit('x', 100, { require: ['a', 'arm64'] }), mixed))).toMatchObject({ nodes: ['a', 'b'] });
    expect(one(unit('x', 100, { require: ['c'] }), mixed)).toMatchObject({
      kind: 'impossible',
      why: 'it requires c, which is no machine.',
    });
    expect(one(unit('x', 100, { require: ['amd64'], images: [image('i', 'linux/arm64')] }), mixed).kind).toBe('impossible');
  });

  it('follows existing volumes, or says why that cannot be', () => {
    expect(placed(one(unit('x', 100, { pinnedTo: ['a', 'a'] }), mixed, 'arm64'))).toMatchObject({
      nodes: ['a'],
      expected: 'a',
      prefer: ['arm64'],
    });
    expect(one(unit('x', 100, { pinnedTo: ['a', 'b'] }), mixed).why).toContain('different machines');
    expect(one(unit('x', 100, { pinnedTo: ['gone'] }), mixed).why).toContain('no longer a machine');
    expect(one(unit('x', 100, { pinnedTo: ['a'], images: [image('i', 'linux/arm64')] }), mixed).why).toContain(
      'its volume is on a (amd64), but i is for arm64',
    );
    expect(one(unit('x', 100, { pinnedTo: ['a'], require: ['b'] }), mixed).why).toContain('the file requires b');
  });

  it('refuses in words what can run nowhere', () => {
    expect(one(unit('x', 100, { images: [image('i', 'linux/arm/v7')] }), mixed).why).toBe(
      'i runs on neither amd64 nor arm64: it is for linux/arm/v7.',
    );
    expect(one(unit('x', 100, { images: [image('i', 'linux/arm64'), image('j', 'linux/amd64')] }), mixed).why).toContain(
      'no architecture in common',
    );
    expect(one(unit('x', 100, { images: [image('i', 'linux/arm64')] }), [node('a', 'amd64')])).toEqual({
      kind: 'impossible',
      unit: 'x',
      why: 'i is for arm64; it needs arm64, and the machines are a (amd64).',
      hint: 'Add a machine that is arm64, or use an image that is also built for the machines there are.',
    });
    expect(one(unit('x', 5000), mixed).why).toContain(
      'it needs 4.9 GiB and 0.05 CPU; left for it: a 1 GiB and 1.00 CPU, b 1 GiB and 1.00 CPU',
    );
  });

  it('packs what has one choice first, then the largest', () => {
    const nodes = [node('big', 'amd64', 1000), node('small', 'amd64', 300)];
    const result = decide([unit('s/c', 250), unit('s/b', 700), unit('s/a', 280, { require: ['big'] })], nodes);
    expect(result.map((d) => placed(d).expected)).toEqual(['small', 'big', 'big']);
    expect(result.map((d) => d.unit)).toEqual(['s/c', 's/b', 's/a']);
  });

  it('packs every copy', () => {
    expect(placed(one(unit('x', 600, { replicas: 2 }), mixed)).why).toContain('600 MiB × 2 fits on a and b');
    expect(one(unit('x', 600, { replicas: 3 }), mixed).why).toContain('only 2 of its 3 copies fit');
  });

  it('expects nothing of machines nobody has looked at, and does not rule them out', () => {
    const blind = [node('a', undefined), node('b', 'arm64', undefined)];
    const d = placed(
      one(unit('x', 9000, { images: [image('i', 'linux/arm64')] }), [
        { ...blind[0], name: 'a' } as PlacementNode,
        { ...blind[1], memory: undefined } as PlacementNode,
      ]),
    );
    expect(d.expected).toBeUndefined();
    expect(d.why).toContain('a and b have not been looked at');
    expect(one(unit('x', 9000, { images: [image('i', 'linux/amd64')] }), [node('b', 'arm64')]).kind).toBe('impossible');
  });

  it('never breaks an architecture, a memory or an order', () => {
    const arch = fc.constantFrom('amd64' as const, 'arm64' as const);
    const someNodes = fc
      .array(
        fc.record({
          arch: fc.option(arch, { nil: undefined }),
          memory: fc.option(fc.integer({ min: 0, max: 2000 }), { nil: undefined }),
          cpus: fc.integer({ min: 0, max: 2000 }),
        }),
        { maxLength: 5 },
      )
      .map((list) => list.map((n, i): PlacementNode => ({ ...n, name: `n${i}`, role: 'agent' })));
    const someUnits = fc
      .array(
        fc.record({
          images: fc.array(
            fc.subarray(['linux/amd64', 'linux/arm64', 'linux/arm/v7']).map((platforms) => image('i', ...platforms)),
            { minLength: 1, maxLength: 2 },
          ),
          memory: fc.integer({ min: 0, max: 900 }),
          cpus: fc.integer({ min: 0, max: 500 }),
          prefer: fc.subarray(['n0', 'n3', 'arm64']),
          require: fc.subarray(['n1', 'amd64'], { maxLength: 1 }),
          pinnedTo: fc.subarray(['n0', 'n2'], { maxLength: 1 }),
        }),
        { maxLength: 8 },
      )
      .map((list) => list.map((u, i): PlacementUnit => ({ ...u, id: `u${i}` })));
    fc.assert(
      fc.property(
        someUnits,
        someNodes,
        fc.option(arch, { nil: undefined }),
        fc.infiniteStream(fc.nat()),
        (units, nodes, prefer, shuffle) => {
          const options = prefer === undefined ? {} : { prefer };
          const result = decide(units, nodes, options);
          const used = new Map<string, { memory: number; cpus: number }>();
          result.forEach((d, i) => {
            if (d.kind !== 'placed' || d.expected === undefined) return;
            const target = nodes.find((n) => n.name === d.expected) as PlacementNode;
            const u = units[i] as PlacementUnit;
            if (d.arches.length > 0) expect(d.arches).toContain(target.arch);
            for (const known of u.images.filter((im) => im.platforms.length > 0)) expect(known.platforms).toContain(`linux/${target.arch}`);
            if (d.nodes.length > 0) expect(d.nodes).toContain(target.name);
            const sum = used.get(target.name) ?? { memory: 0, cpus: 0 };
            used.set(target.name, { memory: sum.memory + u.memory, cpus: sum.cpus + u.cpus });
          });
          for (const [name, sum] of used) {
            const target = nodes.find((n) => n.name === name);
            expect(sum.memory).toBeLessThanOrEqual(target?.memory ?? -1);
            expect(sum.cpus).toBeLessThanOrEqual(target?.cpus ?? -1);
          }
          const mix = <T>(items: readonly T[]) =>
            items
              .map((item) => ({ item, key: shuffle.next().value ?? 0 }))
              .sort((a, b) => a.key - b.key)
              .map(({ item }) => item);
          const again = new Map(decide(mix(units), mix(nodes), options).map((d) => [d.unit, d]));
          for (const d of result) {
            const other = again.get(d.unit);
            expect(other?.kind).toBe(d.kind);
            if (d.kind === 'placed')
              expect(other).toMatchObject({ arches: d.arches, nodes: d.nodes, expected: d.expected, prefer: d.prefer, why: d.why });
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
