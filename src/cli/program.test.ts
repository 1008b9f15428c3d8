import { describe, expect, it } from 'vitest';
import type { CommandContext, Invocation } from './command.ts';
import { commands } from './commands.ts';
import { runProgram } from './program.ts';

/** Runs a command line with the command's code replaced by one that notes what it was given. */
async function parse(...argv: string[]): Promise<Invocation> {
  let got: Invocation | undefined;
  const run = async (invocation: Invocation) => {
    got = invocation;
    return 0;
  };
  await runProgram(
    argv,
    quiet(),
    commands.map((command) => ({ ...command, load: async () => ({ run }) })),
  );
  if (!got) throw new Error('nothing was run');
  return got;
}

function quiet(out: (text: string) => void = () => {}): CommandContext {
  return {
    version: '1.2.3',
    terminal: { interactive: false, columns: 100, out, note: () => {}, ask: async () => '' },
  } as unknown as CommandContext;
}

describe('the command line', () => {
  it('hands what follows to a remote command, dashes included, and keeps its own options', async () => {
    const remote = ['shop', 'db', 'mariadb', '--version'];
    expect((await parse('exec', '-f', 'x.yaml', 'shop', 'db', '--', 'mariadb', '--version')).args).toEqual(remote);
    expect((await parse('exec', '-f', 'x.yaml', 'shop', 'db', 'mariadb', '--version')).args).toEqual(remote);
    expect((await parse('exec', '-f', 'x.yaml', 'shop', 'db', '--', 'mariadb', '--version')).file).toBe('x.yaml');
    expect((await parse('ssh', 'big', '--', 'ls', '--', '-l')).args).toEqual(['big', 'ls', '--', '-l']);
    expect((await parse('exec', 'shop', 'web')).args).toEqual(['shop', 'web']);
  });

  it('knows its options anywhere before a remote command, and collects repeated ones', async () => {
    expect(await parse('plan', 'shop', '--json', '--offline')).toMatchObject({
      args: ['shop'],
      json: true,
      yes: false,
      file: 'farthing.yaml',
      options: { offline: true },
    });
    expect((await parse('init', '--machine', 'a=x', '--machine', 'b=y')).options).toMatchObject({ machine: ['a=x', 'b=y'], app: [] });
    expect((await parse('logs', 'shop', '--tail', '5')).options).toMatchObject({ tail: 5 });
  });

  it.each([
    [['plna'], /unknown command 'plna'[\s\S]*Did you mean plan/],
    [['plan', '--ofline'], /unknown option '--ofline'[\s\S]*Did you mean --offline/],
    [['exec', 'shop'], /missing required argument 'service'/],
    [['logs', 'shop', '--tail', 'few'], /not a whole number: few/],
    [['plan', 'a', 'b'], /too many arguments/],
  ])("%j is the command line's fault", async (argv, message) => {
    await expect(parse(...argv)).rejects.toMatchObject({
      code: 'FAR-CLI-001',
      exit: 2,
      message: expect.stringMatching(message),
      hint: expect.stringContaining('--help'),
    });
  });

  it('prints help with real examples for every command, on standard output', async () => {
    for (const { name, examples } of commands) {
      let text = '';
      expect(
        await runProgram(
          [name, '--help'],
          quiet((part) => {
            text += part;
          }),
        ),
      ).toBe(0);
      for (const example of examples) expect(text).toContain(`$ ${example}`);
    }
    let version = '';
    expect(
      await runProgram(
        ['--version'],
        quiet((part) => {
          version += part;
        }),
      ),
    ).toBe(0);
    expect(version).toBe('1.2.3\n');
  });
});
