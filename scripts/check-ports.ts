import { isTestFile, lineAt, type Problem, type SourceFile } from './problem.ts';
import { parseSyntax, type SyntaxNode, walkSyntax } from './syntax.ts';

/** What belongs to the running program and not to a room, by its global name. */
const ambient = ['process', 'console'];
/** The same things as modules, and starting processes, which goes through the `Processes` port. */
const ambientModules = /^(node:)?(process|console|child_process)$/;

/**
 * Only `src/cli` and entry files (`main.ts`) touch the process, the console and other programs;
 * every other room is given ports, so that it can be tested without a terminal, a home or a clock.
 */
export function checkPorts(files: readonly SourceFile[]): Problem[] {
  const problems: Problem[] = [];
  for (const file of files) {
    if (!/^src\/.*\.ts$/.test(file.path) || isTestFile(file.path) || /^src\/cli\/|\/main\.ts$/.test(file.path)) continue;
    const add = (start: number, what: string): void => {
      problems.push({
        path: file.path,
        line: lineAt(file.text, start),
        message: `${what} is for src/cli and entry files: take a port of src/common/ports.ts`,
      });
    };
    const { program, imports } = parseSyntax(file);
    for (const site of imports) if (!site.typeOnly && ambientModules.test(site.specifier)) add(site.start, `importing ${site.specifier}`);
    walkSyntax(program, (node, parents) => {
      if (node.type === 'Identifier' && ambient.includes(node.name) && isReference(node, parents)) add(node.start, `\`${node.name}\``);
    });
  }
  return problems;
}

/** False where the name is only the name of a field, a parameter or a type member. */
function isReference(node: SyntaxNode, parents: readonly SyntaxNode[]): boolean {
  const parent = parents.at(-1);
  if (!parent) return true;
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed || parent.object?.name === 'globalThis';
  if (/^TS/.test(parent.type)) return false;
  if ('key' in parent && parent.key === node && !parent.computed) return false;
  return parent.type !== 'ImportSpecifier' && parent.type !== 'ExportSpecifier';
}
