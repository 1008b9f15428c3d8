import type { SourceFile } from '../scripts/problem.ts';
import { readSourceTree } from '../scripts/source-tree.ts';

/** A fenced block of a page. */
export interface FencedBlock {
  readonly page: string;
  /** Line of its fence, from 1. */
  readonly line: number;
  /** The word after the fence: `yaml`, `console`, … */
  readonly language: string;
  readonly text: string;
}

/** A link of a page, as written. */
export interface PageLink {
  readonly page: string;
  readonly line: number;
  readonly target: string;
}

/** The pages people read: those at the root, those under docs/, and the lab's own. */
export function readPages(): SourceFile[] {
  return readSourceTree().filter((file) => /^([A-Z]+|docs\/.*|lab\/.*|examples\/.*|bench\/.*)\.md$/.test(file.path));
}

/** The fenced blocks of a page. */
export function fencedBlocks({ path, text }: SourceFile): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let open: { line: number; language: string; fence: string; body: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^\s*(```+)\s*(\w*)/.exec(line);
    if (open && fence?.[1] === open.fence && !fence[2]) {
      blocks.push({ page: path, line: open.line, language: open.language, text: open.body.join('\n') });
      open = undefined;
    } else if (open) open.body.push(line);
    else if (fence) open = { line: index + 1, language: fence[2] ?? '', fence: fence[1] ?? '', body: [] };
  }
  return blocks;
}

/** The links of a page, those in code left out. */
export function pageLinks({ path, text }: SourceFile): PageLink[] {
  const links: PageLink[] = [];
  let fenced = false;
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*```/.test(line)) fenced = !fenced;
    if (fenced) continue;
    for (const match of line.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)) {
      if (match[1]) links.push({ page: path, line: index + 1, target: match[1] });
    }
  }
  return links;
}

/** The anchors of a page's headings, as GitHub makes them. */
export function pageAnchors({ text }: SourceFile): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const words = heading
      .replaceAll(/[`*]/g, '')
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase();
    const anchor = words
      .trim()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let name = anchor;
    for (let count = 1; anchors.has(name); count += 1) name = `${anchor}-${count}`;
    anchors.add(name);
  }
  return anchors;
}
