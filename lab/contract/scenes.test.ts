import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isStandIn, knownDifferences } from './known-differences.ts';
import { chosenScenes, scenes } from './scenes.ts';

const ids = scenes.flatMap((scene) => scene.checks.map((check) => check.id));

describe('scenes', () => {
  it('name every check once, as group.name', () => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+\.[a-z0-9-]+$/);
  });

  it('bring the server along for what looks at it', () => {
    expect(chosenScenes(['manifests']).map((scene) => scene.name)).toEqual(['server', 'manifests']);
    expect(chosenScenes(['installer']).map((scene) => scene.name)).toEqual(['installer']);
    expect(chosenScenes([])).toBe(scenes);
    expect(() => chosenScenes(['nothing'])).toThrow('there are: installer, ');
  });
});

describe('known differences', () => {
  it('are of checks that exist', () => {
    expect(Object.keys(knownDifferences).filter((id) => !ids.includes(id))).toEqual([]);
  });

  const readme = new URL('../k3s/README.md', import.meta.url);
  it.runIf(existsSync(readme))("are all in the stand-in's README", () => {
    const text = readFileSync(readme, 'utf8');
    expect(Object.keys(knownDifferences).filter((id) => !text.includes(`\`${id}\``))).toEqual([]);
  });

  it.each([
    ['v1.36.3+lab1', true],
    ['v1.36.4+k3s1', false],
  ])('count for the stand-in only: %s', (version, expected) => {
    expect(isStandIn(version)).toBe(expected);
  });
});
