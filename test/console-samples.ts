import type { FencedBlock } from './markdown.ts';

/** One command of a `console` block with what the page says it prints. */
export interface ConsoleSample {
  readonly page: string;
  readonly line: number;
  /** Words after `$ farthing`, as a shell without variables would split them. */
  readonly args: readonly string[];
  readonly output: readonly string[];
}

/** The `$ farthing …` commands of a block; lines up to the next `$` are its output. */
export function consoleSamples(block: FencedBlock): ConsoleSample[] {
  const samples: { args: string[]; output: string[]; line: number }[] = [];
  let open: (typeof samples)[number] | undefined;
  for (const [index, line] of block.text.split('\n').entries()) {
    const command = /^\$ (.*)$/.exec(line);
    if (command) {
      const words = splitWords(command[1] ?? '');
      open = words[0] === 'farthing' ? { args: words.slice(1), output: [], line: block.line + 1 + index } : undefined;
      if (open) samples.push(open);
    } else open?.output.push(line);
  }
  return samples.map((sample) => ({ page: block.page, ...sample }));
}

/**
 * Whether the lines a page shows are printed, in that order. `…` stands for anything, spaces count
 * as one, and what stands between may be left out of the page.
 */
export function missingLines(shown: readonly string[], printed: string): string[] {
  const lines = printed.split('\n').map(squeeze);
  let from = 0;
  return shown.filter((line) => {
    const wanted = squeeze(line);
    if (wanted === '' || wanted === '…') return false;
    const pattern = new RegExp(`^${wanted.split('…').map(literal).join('.*')}$`);
    const at = lines.findIndex((text, index) => index >= from && pattern.test(text));
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}

function squeeze(line: string): string {
  return line.trim().replaceAll(/\s+/g, ' ');
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function splitWords(text: string): string[] {
  return [...text.replace(/\s#.*$/, '').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((word) => word[1] ?? word[2] ?? word[3] ?? '');
}
