import { describe, expect, it } from 'vitest';
import { checkErrors } from './check-errors.ts';
import { checkFiles } from './check-files.ts';
import { checkPorts } from './check-ports.ts';
import { checkRooms } from './check-rooms.ts';
import { checkShell } from './check-shell.ts';
import { checkWords } from './check-words.ts';
import { formatProblem, type Problem, type SourceFile } from './problem.ts';

const one = (path: string, text: string): SourceFile[] => [{ path, text }];
const said = (problems: readonly Problem[]): string[] => problems.map(formatProblem);

describe('checkRooms', () => {
  const judge = (path: string, text: string) => said(checkRooms(one(path, text), ['common', 'spec', 'plan', 'cli']));

  it.each([
    ['src/plan/a.ts', "import { x } from '../spec/index.ts';"],
    ['src/plan/a.ts', "import type { X } from '../common/index.ts';"],
    ['src/plan/a.ts', "import { x } from './deep/b.ts';\nimport { readFile } from 'node:fs/promises';\nimport { z } from 'zod';"],
    ['src/plan/a.test.ts', "import { x } from '../../lab/registry/server.ts';"],
    ['src/plan/a.test.ts', "import { realClock } from '../cli/real-ports.ts';"],
    ['src/plan/testing/a.ts', "import { realClock } from '../../cli/real-ports.ts';"],
    ['src/cli/a.ts', "import info from '../../package.json' with { type: 'json' };"],
    ['lab/demo/main.ts', "import { x } from '../../src/cli/index.ts';"],
    ['lab/hosts/a.test.ts', "import { x } from '../../src/host/index.ts';"],
    ['src/spec/a.ts', "// import { x } from '../plan/index.ts';\nconst text = \"import '../plan/index.ts'\";"],
  ])('lets pass: %s %s', (path, text) => {
    expect(judge(path, text)).toEqual([]);
  });

  it.each([
    ["import { x } from '../plan/index.ts';", 'room spec may not import room plan, which is listed below it'],
    ["import type { X } from '../plan/index.ts';", 'room spec may not import room plan, which is listed below it'],
    ["import '../plan/index.js';", 'room spec may not import room plan, which is listed below it'],
    ["export * from '../plan/index.ts';", 'room spec may not import room plan, which is listed below it'],
    ["const x = await import('../plan/index.ts');", 'room spec may not import room plan, which is listed below it'],
    ["let x: import('../plan/index.ts').Plan;", 'room spec may not import room plan, which is listed below it'],
    ["import { x } from '../common/text.ts';", 'room common is entered through src/common/index.ts, not src/common/text.ts'],
    ["import { x } from '../../lab/config.ts';", 'the product imports nothing from outside src/ (lab/config.ts)'],
    ["import { x } from '../nowhere/index.ts';", 'src/nowhere is not a room'],
  ])('refuses in src/spec: %s', (text, message) => {
    expect(judge('src/spec/a.ts', `\n${text}`)).toEqual([`src/spec/a.ts:2: ${message}`]);
  });

  it('refuses a folder that is no room, the lab reaching into the product, and a test past an index', () => {
    expect(judge('src/utils/a.ts', '')).toEqual([
      'src/utils/a.ts: src/utils is not a room: add it to scripts/rooms.ts and docs/architecture.md',
    ]);
    expect(judge('lab/hosts/a.ts', "import '../../src/host/index.ts';")).toHaveLength(1);
    expect(judge('src/spec/a.test.ts', "import '../plan/index.ts';")).toHaveLength(1);
  });
});

describe('checkPorts', () => {
  const judge = (path: string, text: string) => checkPorts(one(path, text)).map((problem) => problem.message.split(' is for ')[0]);

  it('finds the process, the console and other programs outside the entry', () => {
    expect(judge('src/plan/a.ts', 'const home = process.env.HOME;')).toEqual(['`process`']);
    expect(judge('src/plan/a.ts', "console.log('x');")).toEqual(['`console`']);
    expect(judge('src/plan/a.ts', 'globalThis.process.exit();')).toEqual(['`process`']);
    expect(judge('src/plan/a.ts', 'const given = { process };')).toEqual(['`process`']);
    expect(judge('src/ssh/a.ts', "import { spawn } from 'node:child_process';")).toEqual(['importing node:child_process']);
    expect(judge('src/plan/a.ts', "import { argv } from 'process';")).toEqual(['importing process']);
  });

  it('lets pass names that only look like it, tests and entries', () => {
    expect(judge('src/plan/a.ts', 'interface A { process: string }\nconst a = { process: 1, console: 2 };\na.process;')).toEqual([]);
    expect(judge('src/plan/a.ts', "import type { ChildProcess } from 'node:child_process';\n// process.env\nconst s = 'process';")).toEqual(
      [],
    );
    for (const path of ['src/cli/a.ts', 'src/gate/main.ts', 'src/plan/a.test.ts', 'lab/a.ts'])
      expect(judge(path, 'process.exit()')).toEqual([]);
  });
});

describe('checkShell', () => {
  const judge = (text: string) => checkShell(one('src/ssh/a.ts', text)).map((problem) => problem.message.split(': ')[0]);

  it('finds shells and scripts built from strings', () => {
    expect(judge("import { exec } from 'node:child_process';")).toEqual(['exec runs a shell']);
    expect(judge("import * as childProcess from 'node:child_process';\nchildProcess.execSync(x);")).toEqual(['execSync runs a shell']);
    expect(judge('spawn(a, b, { shell: true });')).toEqual(['`shell:` runs a shell']);
    expect(judge('run(["sh", "-c", `rm ${path}`]);')).toEqual(['`sh -c` with a script built from strings']);
    expect(judge('run(["bash", "-ec", "rm " + path]);')).toEqual(['`sh -c` with a script built from strings']);
    expect(judge('await shell.run(`systemctl stop ${unit}`);')).toEqual(['a remote script built from strings']);
    expect(judge('await this.shell.run("stop " + unit);')).toEqual(['a remote script built from strings']);
  });

  it('lets pass constants, arguments and regular expressions', () => {
    expect(judge('await shell.run(stopScript, { args: [unit] });\nawait shell.run(`echo one\necho two`);')).toEqual([]);
    expect(judge('await shell.run(`${preludeScript}\nmore`);\npattern.exec(text);\nrun(["sh", "-c", "echo 1"]);')).toEqual([]);
    expect(judge('const x = { shell };\nconst y: { shell: Shell } = { shell: opened };')).toEqual([]);
  });
});

describe('checkFiles', () => {
  const lines = (count: number) => 'x;\n'.repeat(count);

  it('wants kebab-case names', () => {
    for (const path of [
      'src/a/two-words.ts',
      'src/a/b.e2e.test.ts',
      '.ci/run',
      'docs/adr/0001-floor.md',
      'README.md',
      'lab/k3s/x_test.go',
      'go.sum',
    ])
      expect(checkFiles(one(path, ''))).toEqual([]);
    for (const path of ['src/a/twoWords.ts', 'src/Plan/a.ts', 'src/a/two_words.ts', 'docs/My page.md'])
      expect(checkFiles(one(path, ''))).toHaveLength(1);
  });

  it('warns from 250 lines and fails from 400, generated files excepted', () => {
    expect(checkFiles(one('src/a/b.ts', lines(250)))).toEqual([]);
    expect(checkFiles(one('src/a/b.ts', lines(251)))).toMatchObject([{ warning: true }]);
    expect(checkFiles(one('src/a/b.ts', lines(401)))).not.toMatchObject([{ warning: true }]);
    expect(checkFiles(one('src/a/b.generated.ts', lines(4000)))).toEqual([]);
  });
});

describe('checkWords', () => {
  it('finds workplaces and registry hosts, and not words that only contain them', () => {
    const host = ['registry', 'npmjs'].join('.');
    expect(said(checkWords(one('a.md', `fine\nsee ${'/wo'}rk/main and https://${host}/x`)))).toEqual([
      `a.md:2: "${'/wo'}rk/" names a workplace or a registry host`,
      `a.md:2: "${host}" names a workplace or a registry host`,
    ]);
    expect(checkWords(one('a.md', 'overlay/work/x, ./work/ and net/framework/'))).toEqual([]);
  });
});

describe('checkErrors', () => {
  const table = { 'FAR-A-001': { title: 'It broke', exit: 1 }, 'FAR-A-002': { title: 'You broke it', exit: 2 } };
  const judge = (text: string) => said(checkErrors(one('docs/errors.md', text), table));
  const first = '### FAR-A-001\n\n**It broke.** Exit code 1. Mend it.\n';
  const second = '### FAR-A-002\n\n**You broke it.** Exit code 2. Mend it.\n';

  it('wants each code once, with its title and exit code, and no other', () => {
    expect(judge(`# Errors\n${first}${second}`)).toEqual([]);
    expect(judge(first)).toEqual(['docs/errors.md: FAR-A-002 is not explained']);
    expect(judge(`${first}${second}${first}`)).toEqual(['docs/errors.md:7: FAR-A-001 is explained twice']);
    expect(judge(`${first}${second}### FAR-A-003\n`)).toEqual(['docs/errors.md:7: FAR-A-003 is not in the error table']);
    expect(judge(`${first}${second.replace('code 2', 'code 1')}`)).toEqual([
      'docs/errors.md:4: FAR-A-002 must begin with "**You broke it.** Exit code 2."',
    ]);
    expect(said(checkErrors([], table))).toEqual(['docs/errors.md: is missing']);
  });
});
