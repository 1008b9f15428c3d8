import { expect, test } from 'vitest';
import { labPaths } from './config.ts';

test('everything an instance owns carries its name', () => {
  const paths = labPaths({ FARTHING_LAB: 'two' });
  expect(paths.instance).toBe('two');
  expect([paths.state, paths.netns, paths.netnsEtc]).toEqual(['/var/lib/farthing-lab/two', '/run/netns/two', '/etc/netns/two']);
  expect(paths.json).toBe('/var/lib/farthing-lab/two/lab.json');
});

test('without a name there is a default one, and a default cache', () => {
  const paths = labPaths({});
  expect(paths.state).toBe('/var/lib/farthing-lab/farthing-lab');
  expect(paths.cache).toBe('/var/cache/farthing-lab');
  expect(labPaths({ FARTHING_LAB_CACHE: '/data/lab' }).cache).toBe('/data/lab');
});

test.each(['../etc', 'a/b', 'Upper', '-x', 'a'.repeat(31), 'a b'])('a name that is no plain word is refused: %s', (name) => {
  expect(() => labPaths({ FARTHING_LAB: name })).toThrow('use lower case letters');
});
