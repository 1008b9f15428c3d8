import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentOf } from '../../test/memory-project.ts';
import { initSpec, parseSpec } from './index.ts';

const catalog = { k3sDefault: 'v1.36.4+k3s1', k3s: [] };
const ports = { env: environmentOf({}), files: { kindOf: () => 'file' as const } };
const parse = (text: string) => parseSpec(text, { file: 'farthing.yaml', dir: '/project', ...ports });

// Also names YAML would take for something else: 10, 1e3, null, true.
const name = fc.oneof(
  fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,14}[a-z0-9])?$/),
  fc.constantFrom('10', '1e3', 'null', 'true', '0x1f', 'on'),
);
const notReserved = name.filter((text) => !/^(default|kube-.*|farthing-system|amd64|arm64)$/.test(text));
const word = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,10}$/);
const ssh = fc.oneof(
  word,
  fc.tuple(word, word).map(([user, host]) => `${user}@${host}`),
  fc.tuple(word, fc.integer({ min: 1, max: 65535 })).map(([host, port]) => `${host}:${port}`),
  fc
    .ipV6()
    .filter((text) => !text.includes('.'))
    .map((address) => `me@[${address}]:22`),
);
const path = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== '');
const hostKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => {
  const part = (data: Uint8Array) => Buffer.concat([Buffer.from([0, 0, 0, data.length]), data]);
  return `ssh-ed25519 ${Buffer.concat([part(Buffer.from('ssh-ed25519')), part(bytes)]).toString('base64')}`;
});

describe('initSpec', () => {
  it('writes a file that is read without a problem, and says what was asked', () => {
    const machines = fc.uniqueArray(fc.record({ name: notReserved, ssh, hostKeys: fc.array(hostKey, { maxLength: 2 }) }), {
      selector: (machine) => machine.name,
      minLength: 1,
      maxLength: 4,
    });
    const apps = fc.uniqueArray(fc.record({ name: notReserved, compose: path }), { selector: (app) => app.name, maxLength: 3 });
    fc.assert(
      fc.property(notReserved, machines, apps, (cluster, machines, apps) => {
        fc.pre(new Set(machines.map((machine) => machine.ssh.toLowerCase())).size === machines.length);
        const { spec, diagnostics } = parse(initSpec({ name: cluster, machines, apps, catalog }));
        expect(diagnostics).toEqual([]);
        expect(spec?.name).toBe(cluster);
        expect(spec?.machines.map(({ name, hostKeys }) => ({ name, hostKeys }))).toEqual(
          machines.map(({ name, hostKeys }) => ({ name, hostKeys })),
        );
        expect(spec?.machines.map((machine) => machine.role)).toEqual(machines.map((_, i) => (i === 0 ? 'server' : 'agent')));
        expect(spec?.apps.map((app) => app.name)).toEqual(apps.map((app) => app.name));
      }),
    );
  });

  it('writes in the digests that are known', () => {
    const sha256 = { amd64: 'a'.repeat(64), arm64: 'b'.repeat(64), installScript: 'c'.repeat(64) };
    const known = { k3sDefault: 'v1.36.4+k3s1', k3s: [{ version: 'v1.36.4+k3s1', sha256 }] };
    expect(parse(initSpec({ name: 'home', machines: [{ name: 'big', ssh: 'a' }], apps: [], catalog: known })).spec?.k3s).toEqual({
      version: 'v1.36.4+k3s1',
      sha256,
    });
  });

  it('reads well', () => {
    const machines = [
      { name: 'big', ssh: 'ubuntu@203.0.113.10' },
      { name: 'micro-1', ssh: 'ubuntu@203.0.113.11' },
    ];
    expect(
      initSpec({ name: 'home', machines, apps: [{ name: 'stats', compose: './stats/compose.yaml' }], catalog }),
    ).toMatchInlineSnapshot(`
      "# farthing.yaml: the machines of a small cluster, and what runs on it.
      # Every key is explained in docs/config.md. Next: farthing plan
      version: 1
      name: home

      # Changes only by your hand or \`farthing upgrade\`.
      k3s:
        version: v1.36.4+k3s1
        # Digests of the downloads; without them farthing says how to get them, and installs nothing.
        # sha256: { amd64: …, arm64: …, installScript: … }

      # The key is the node's name, for good. ssh is what you would type after \`ssh\`; your ssh config,
      # agent and keys are used. The server needs 2 CPUs and 2 GB, an agent 1 CPU and 512 MB.
      # arch, cpus and memory are looked up; write them down to plan without a connection:
      #   arch: arm64
      #   cpus: 2
      #   memory: 12GiB
      #   price: 4.50 EUR/month
      machines:
        big:
          ssh: ubuntu@203.0.113.10
          role: server
        micro-1:
          ssh: ubuntu@203.0.113.11

      # Where an image runs on both architectures, prefer one:
      # placement: { prefer: arm64 }

      # Each app is an ordinary Compose file, in a namespace of its own.
      apps:
        stats:
          compose: ./stats/compose.yaml
      "
    `);
  });
});
