import { describe, expect, it } from 'vitest';
import { parseSpec } from '../src/spec/index.ts';
import { fencedBlocks, readPages } from './markdown.ts';

const specs = readPages()
  .flatMap(fencedBlocks)
  .filter((block) => block.language === 'yaml' && /^version: 1$/m.test(block.text));

describe('samples of farthing.yaml', () => {
  it('exist', () => expect(specs.length).toBeGreaterThan(0));

  // Files that a sample names are taken to be there, and variables to be set: what is tested is the sample.
  it.each(specs.map((block) => [`${block.page}:${block.line}`, block.text] as const))('%s is a good one', (_, text) => {
    const { diagnostics } = parseSpec(text, {
      file: 'farthing.yaml',
      dir: '/home/me/home',
      env: { get: () => 'set', home: '/home/me', cwd: '/home/me/home', platform: 'linux' },
      files: { kindOf: () => 'file' },
    });
    expect(diagnostics.map((found) => `${found.location?.line ?? '?'}: ${found.message}`)).toEqual([]);
  });
});
