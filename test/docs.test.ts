import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rooms } from '../scripts/rooms.ts';
import { readSourceTree } from '../scripts/source-tree.ts';
import { pageAnchors, pageLinks, readPages } from './markdown.ts';

const pages = readPages();
const tree = readSourceTree();
const page = (path: string) => pages.find((file) => file.path === path);

describe('links', () => {
  it.each(pages.map((file) => file.path))('%s leads somewhere', (path) => {
    const broken: string[] = [];
    for (const { line, target } of pageLinks(page(path) as (typeof pages)[number])) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : posix.join(posix.dirname(path), file);
      const exists = tree.some((known) => known.path === to || known.path.startsWith(`${to.replace(/\/$/, '')}/`));
      const linked = page(to);
      if (!exists || (anchor && !(linked && pageAnchors(linked).has(anchor)))) broken.push(`${path}:${line} ${target}`);
    }
    expect(broken).toEqual([]);
  });
});

describe('the map', () => {
  it('describes the rooms that exist, in their order, and no other', () => {
    const existing = rooms.filter((room) => tree.some((file) => file.path.startsWith(`src/${room}/`)));
    const table = page('docs/architecture.md')?.text ?? '';
    expect([...table.matchAll(/^\| `([a-z0-9]+)` \|/gm)].map((row) => row[1])).toEqual(existing);
  });
});
