import { posix } from 'node:path';
import { isTestFile, lineAt, type Problem, type SourceFile } from './problem.ts';
import { rooms } from './rooms.ts';
import { type ImportSite, parseSyntax } from './syntax.ts';

/**
 * Holds the map of the house: a room of `src/` imports only rooms above it, and those only through
 * their `index.ts`; the product imports nothing from outside `src/`; the lab imports the product
 * only where it shows it (`lab/demo`) or tries it (tests).
 */
export function checkRooms(files: readonly SourceFile[], order: readonly string[] = rooms): Problem[] {
  const problems: Problem[] = [];
  for (const file of files) {
    if (!/^(src|lab|scripts|bench|test)\/.*\.[jt]s$/.test(file.path)) continue;
    if (file.path.startsWith('src/') && !order.includes(roomOf(file.path) ?? '')) {
      problems.push({
        path: file.path,
        message: `src/${file.path.split('/')[1]} is not a room: add it to scripts/rooms.ts and docs/architecture.md`,
      });
      continue;
    }
    for (const site of parseSyntax(file).imports) {
      const message = judge(file.path, site, order);
      if (message) problems.push({ path: file.path, line: lineAt(file.text, site.start), message });
    }
  }
  return problems;
}

function judge(path: string, site: ImportSite, order: readonly string[]): string | undefined {
  if (!site.specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(path), site.specifier).replace(/\.js$/, '.ts');
  if (path.startsWith('src/')) return isTestFile(path) ? judgeTest(path, target, order) : judgeProduct(path, target, order);
  if (path.startsWith('lab/') && target.startsWith('src/') && !path.startsWith('lab/demo/') && !isTestFile(path)) {
    return `the lab may import the product only in lab/demo and in tests (${target})`;
  }
  return undefined;
}

function judgeProduct(path: string, target: string, order: readonly string[]): string | undefined {
  if (target === 'package.json') return undefined;
  if (!target.startsWith('src/')) return `the product imports nothing from outside src/ (${target})`;
  return judgeRooms(path, target, order);
}

/**
 * Tests may use the lab's loopback services and shared test parts, and the real ports, as programs
 * do; otherwise they are bound like the code they test.
 */
function judgeTest(path: string, target: string, order: readonly string[]): string | undefined {
  if (target === 'src/cli/real-ports.ts') return undefined;
  return target.startsWith('src/') ? judgeRooms(path, target, order) : undefined;
}

function judgeRooms(path: string, target: string, order: readonly string[]): string | undefined {
  const from = roomOf(path) ?? '';
  const to = roomOf(target) ?? '';
  if (from === to) return undefined;
  if (!order.includes(to)) return `src/${to} is not a room`;
  if (order.indexOf(to) > order.indexOf(from)) return `room ${from} may not import room ${to}, which is listed below it`;
  if (target !== `src/${to}/index.ts`) return `room ${to} is entered through src/${to}/index.ts, not ${target}`;
  return undefined;
}

function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}
