import { posix } from 'node:path';
import type { SourceFile } from './problem.ts';
import { runCommand } from './run-command.ts';
import { addCounts, broken, type Counts, countGo, noTests, parseCounts } from './test-counts.ts';
import { labPart } from './test-lab.ts';
import { runVitest, type TestPart } from './test-part.ts';

const minutes = 60_000;
/** The newer Node that the unit tests also run under. From npm, because a machine has one Node. */
const otherNode = '22.23.3';
const otherNodeArgv = ['npx', '-y', '-p', `node-${process.platform}-${process.arch}@${otherNode}`, '--', 'node'];

/** The parts of `npm test` in their order, cheap ones first. Those that have no test in `files` are left out. */
export function testParts(files: readonly SourceFile[], options: { readonly keepLab: boolean }): TestPart[] {
  const has = (ending: RegExp): boolean => files.some((file) => ending.test(file.path));
  const goModules = findGoModules(files);
  return [
    { name: 'check', run: runCheck },
    { name: 'unit', run: () => runVitest({ project: 'unit', timeout: 15 * minutes }) },
    {
      name: 'unit on Node 22',
      missing: findOtherNode,
      run: () => runVitest({ project: 'unit', node: otherNodeArgv, timeout: 15 * minutes }),
    },
    ...(has(/\.program\.test\.ts$/) ? [{ name: 'program', run: runProgram }] : []),
    ...(goModules.length ? [{ name: 'go', missing: findGo, run: () => runGo(goModules) }] : []),
    ...(has(/\.e2e\.test\.ts$/) ? [labPart(options)] : []),
  ];
}

async function runCheck(): Promise<Counts> {
  const { output } = await runCommand([process.execPath, 'node_modules/tsx/dist/cli.mjs', 'scripts/check.ts']);
  process.stdout.write(output);
  return parseCounts(output) ?? broken;
}

async function runProgram(): Promise<Counts> {
  const built = await runCommand([process.execPath, 'scripts/build.js'], { show: true });
  return built.code === 0 ? runVitest({ project: 'program', timeout: 15 * minutes }) : broken;
}

async function findOtherNode(): Promise<string | undefined> {
  const { stdout, output } = await runCommand([...otherNodeArgv, '-p', 'process.version'], { timeout: 5 * minutes });
  return stdout.trim() === `v${otherNode}` ? undefined : `no Node ${otherNode} from npm: ${output.trim().split('\n').at(-1)}`;
}

async function findGo(): Promise<string | undefined> {
  const found = await runCommand(['go', 'version']).catch(() => undefined);
  return found?.code === 0 ? undefined : 'there is no Go (go.dev)';
}

async function runGo(modules: readonly string[]): Promise<Counts> {
  let counts = noTests;
  for (const module of modules) {
    const { output } = await runCommand(['go', '-C', module, 'test', '-json', './...'], { timeout: 30 * minutes });
    const one = countGo(output);
    // The words of a failure, without the JSON around them.
    if (one.failed) process.stdout.write(goOutput(output));
    process.stdout.write(`${module}: ${one.passed} passed, ${one.failed} failed\n`);
    counts = addCounts(counts, one);
  }
  return counts;
}

function goOutput(output: string): string {
  return output
    .split('\n')
    .map((line) => (line.startsWith('{') ? ((JSON.parse(line) as { readonly Output?: string }).Output ?? '') : `${line}\n`))
    .join('');
}

/** Folders of Go modules that have tests. */
function findGoModules(files: readonly SourceFile[]): string[] {
  const modules = files.filter((file) => posix.basename(file.path) === 'go.mod').map((file) => posix.dirname(file.path));
  const tests = files.filter((file) => file.path.endsWith('_test.go'));
  return modules.filter((module) => tests.some((test) => test.path.startsWith(`${module}/`)));
}
