import { expect, it } from 'vitest';
import { digestFor, releaseNames } from './release.ts';

const digest = (char: string): string => char.repeat(64);
const list = `${digest('a')}  k3s-airgap-images-amd64.tar\n${digest('b')}  k3s\n${digest('c')} *k3s-arm64\nshort  k3s-x\n`;

it('finds a file in a list of digests, in either of its two forms', () => {
  expect(digestFor(list, 'k3s')).toBe(digest('b'));
  expect(digestFor(list, 'k3s-arm64')).toBe(digest('c'));
});

it('finds no digest for another name, nor one of the wrong length', () => {
  expect([digestFor(list, 'k3s-armhf'), digestFor(list, 'k3s-x')]).toEqual([undefined, undefined]);
});

it('names the files of an architecture', () => {
  expect(releaseNames('aarch64')).toEqual({ binary: 'k3s-arm64', sums: 'sha256sum-arm64.txt' });
  expect(() => releaseNames('riscv64')).toThrow('riscv64');
});
