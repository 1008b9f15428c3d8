import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../scripts/source-tree.ts';
import { commands } from '../src/cli/commands.ts';
import { consoleSamples, missingLines } from './console-samples.ts';
import { fencedBlocks, readPages } from './markdown.ts';

const samples = readPages()
  .flatMap(fencedBlocks)
  .filter((block) => block.language === 'console')
  .flatMap(consoleSamples);
const name = (sample: (typeof samples)[number]) => `${sample.page}:${sample.line} farthing ${sample.args.join(' ')}`;

/** The words before `--`: what follows is for another program. */
function own(args: readonly string[]): readonly string[] {
  return args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
}

function farthing(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, COLUMNS: '120', NO_COLOR: '1' };
    execFile(process.execPath, [join(root, 'bin/farthing.js'), ...args], { cwd: root, env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
  });
}

describe('commands that the pages show', () => {
  const known = commands.map((command) => command.name);
  it.each(samples.map((sample) => [name(sample), sample] as const))('%s exists', (_, { args }) => {
    const [first = ''] = args;
    if (first.startsWith('-')) expect(['--help', '-h', '--version']).toContain(first);
    else expect(known).toContain(first);
    const options = commands.find((command) => command.name === first)?.options?.map((option) => option.flags) ?? [];
    const all = ['-f, --file', '--json', '-y, --yes', '-v, --verbose', '--help', ...options].join(' ');
    for (const option of own(args)
      .slice(1)
      .filter((word) => word.startsWith('-')))
      expect(all).toContain(option.split('=')[0]);
  });
});

describe('what needs no machine prints what the pages say', () => {
  const runs = samples.filter(({ args }) => ['--offline', '--help', '--version'].some((option) => own(args).includes(option)));
  it.each(runs.map((sample) => [name(sample), sample] as const))('%s', async (_, { args, output }) => {
    const { code, stdout, stderr } = await farthing(args);
    expect(stderr + stdout).not.toContain('FAR-BUG');
    expect(missingLines(output, stdout + stderr)).toEqual([]);
    expect(code).toBe(0);
  });
});

describe('every command', () => {
  it.each(commands.map((command) => command.name))('%s has help with examples', async (command) => {
    const { code, stdout } = await farthing([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Examples:');
  });
});
