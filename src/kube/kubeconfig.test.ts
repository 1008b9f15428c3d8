import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type KubeconfigEntry, mergeKubeconfig, removeFromKubeconfig } from './kubeconfig.ts';

const source = stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'default', cluster: { 'certificate-authority-data': 'Q0E=', server: 'https://127.0.0.1:6443' } }],
  users: [{ name: 'default', user: { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' } }],
  contexts: [{ name: 'default', context: { cluster: 'default', user: 'default' } }],
  'current-context': 'default',
});
const entry: KubeconfigEntry = { kubeconfig: source, server: 'https://127.0.0.1:41000', id: 'abc' };
const name = 'farthing-home';
const work = `# my own notes
apiVersion: v1
kind: Config
clusters:
- cluster:
    server: https://work   # the office
  name: work
contexts:
- context:
    cluster: work
    user: me
  name: work
current-context: work
preferences: {}
users:
- name: me
  user:
    token: 'a b'
`;

describe('mergeKubeconfig', () => {
  it('makes a file where there is none', () => {
    const made = parse(mergeKubeconfig(undefined, entry, name));
    expect(made['current-context']).toBe(name);
    expect(made.clusters[0].cluster).toMatchObject({ server: 'https://127.0.0.1:41000', 'certificate-authority-data': 'Q0E=' });
    expect(made.users[0]).toEqual({ name, user: { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' } });
    expect(made.contexts[0].context).toMatchObject({ cluster: name, user: name });
  });

  it('leaves every line of others as it is, and the current context', () => {
    const merged = mergeKubeconfig(work, entry, name);
    for (const line of work.split('\n')) expect(merged).toContain(line);
    expect(parse(merged)['current-context']).toBe('work');
    for (const text of [work, JSON.stringify(parse(work))]) {
      expect(parse(mergeKubeconfig(text, { ...entry, use: true }, name))['current-context']).toBe(name);
    }
  });

  it('renews its own entry and takes it out without a trace', () => {
    const merged = mergeKubeconfig(work, entry, name);
    expect(mergeKubeconfig(merged, entry, name)).toBe(merged);
    const moved = mergeKubeconfig(merged, { ...entry, server: 'https://127.0.0.1:5' }, name);
    expect(parse(moved).clusters.map((item: { cluster: { server: string } }) => item.cluster.server)).toEqual([
      'https://work',
      'https://127.0.0.1:5',
    ]);
    expect(removeFromKubeconfig(moved, name)).toBe(work);
    expect(removeFromKubeconfig(work, name)).toBe(work);
  });

  it('never touches a foreign entry of the same name', () => {
    const foreign = work.replaceAll('name: work', `name: ${name}`);
    expect(() => mergeKubeconfig(foreign, entry, name)).toThrow("is not this cluster's");
    const other = mergeKubeconfig(work, { ...entry, id: 'other' }, name);
    expect(() => mergeKubeconfig(other, entry, name)).toThrow("is not this cluster's");
    expect(() => removeFromKubeconfig(foreign, name)).toThrow("is not this cluster's");
    expect(() => mergeKubeconfig(work.replace('- name: me', `- name: ${name}`), entry, name)).toThrow("is not this cluster's");
  });

  it('refuses what is no kubeconfig', () => {
    expect(() => mergeKubeconfig('a: [', entry, name)).toThrow('not valid YAML');
    expect(() => mergeKubeconfig('- a', entry, name)).toThrow('no kubeconfig');
  });

  it.each([
    ['empty lists', 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: null\nusers:\ncurrent-context: ""\n'],
    ['JSON', JSON.stringify(parse(work), null, 2)],
    ['indented lists', stringify(parse(work))],
    ['no newline at the end', work.trimEnd()],
    ['comments between', work.replace('contexts:', '# contexts follow\n\ncontexts:')],
  ])('understands %s', (_, text) => {
    const merged = parse(mergeKubeconfig(text, entry, name));
    const before = parse(text);
    for (const list of ['clusters', 'contexts', 'users']) {
      expect(merged[list].slice(0, -1)).toEqual(before[list] ?? []);
      expect(merged[list].at(-1).name).toBe(name);
    }
  });

  it('keeps what others wrote, whatever it is', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9@:-]{0,9}$/);
    const file = fc.record({
      clusters: fc.array(fc.record({ name: word, cluster: fc.record({ server: fc.webUrl() }) }), { maxLength: 3 }),
      users: fc.array(fc.record({ name: word, user: fc.record({ token: fc.string() }) }), { maxLength: 3 }),
      contexts: fc.array(fc.record({ name: word, context: fc.record({ cluster: word, user: word }) }), { maxLength: 3 }),
      'current-context': word,
    });
    fc.assert(
      fc.property(file, fc.boolean(), (config, indentSeq) => {
        const text = stringify(config, { indentSeq });
        const merged = mergeKubeconfig(text, entry, name);
        expect(parse(removeFromKubeconfig(merged, name))).toEqual(parse(text));
      }),
      { numRuns: 40 },
    );
  });
});
