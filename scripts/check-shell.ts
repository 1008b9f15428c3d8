import { isTestFile, lineAt, type Problem, type SourceFile } from './problem.ts';
import { parseSyntax, type SyntaxNode, walkSyntax } from './syntax.ts';

const hint = 'scripts are constants sent over standard input, variable parts are $1 … of it';

/**
 * No shell command is built from strings in `src/`: `exec` and `execSync`, `shell: true`, `-c` with
 * a script put together on the spot, and a script for a remote `run` that is not a constant.
 */
export function checkShell(files: readonly SourceFile[]): Problem[] {
  const problems: Problem[] = [];
  for (const file of files) {
    if (!/^src\/.*\.ts$/.test(file.path) || isTestFile(file.path)) continue;
    walkSyntax(parseSyntax(file).program, (node) => {
      const message = judge(node);
      if (message) problems.push({ path: file.path, line: lineAt(file.text, node.start), message: `${message}: ${hint}` });
    });
  }
  return problems;
}

function judge(node: SyntaxNode): string | undefined {
  if (node.type === 'ImportSpecifier' && ['exec', 'execSync'].includes(node.imported?.name)) return `${node.imported.name} runs a shell`;
  if (node.type === 'Property' && name(node.key) === 'shell' && node.value?.value !== false && node.value?.type === 'Literal')
    return '`shell:` runs a shell';
  if (node.type === 'ArrayExpression') return judgeArgv(node);
  if (node.type === 'CallExpression') return judgeCall(node);
  return undefined;
}

function judgeArgv(node: SyntaxNode): string | undefined {
  const elements: SyntaxNode[] = node.elements;
  const flag = elements.findIndex((item) => item?.type === 'Literal' && /^-[a-z]*c$/.test(String(item.value)));
  const shell = elements[flag - 1];
  if (!shell || !/(^|\/)(ba|da)?sh$/.test(String(shell.value))) return undefined;
  return isBuilt(elements[flag + 1]) ? '`sh -c` with a script built from strings' : undefined;
}

function judgeCall(node: SyntaxNode): string | undefined {
  const callee: SyntaxNode = node.callee;
  if (callee.type !== 'MemberExpression') return undefined;
  const method = name(callee.property) ?? '';
  if (['exec', 'execSync'].includes(method) && /^(cp|child_?process)$/i.test(name(callee.object) ?? '')) return `${method} runs a shell`;
  if (method !== 'run' || !/shell$/i.test(name(callee.object) ?? '')) return undefined;
  return isBuilt(node.arguments[0]) ? 'a remote script built from strings' : undefined;
}

/** A template with holes, or a sum in which something is not a literal. */
function isBuilt(node: SyntaxNode | undefined): boolean {
  if (node?.type === 'TemplateLiteral') return node.expressions.some((part: SyntaxNode) => !isConstant(part));
  if (node?.type === 'BinaryExpression') return [node.left, node.right].some((part) => isBuilt(part) || !isConstant(part));
  return false;
}

/** Literals, and names written as constants are: scripts may be put together from pieces that are fixed. */
function isConstant(node: SyntaxNode): boolean {
  if (node.type === 'Literal') return true;
  if (node.type === 'TemplateLiteral') return !isBuilt(node);
  if (node.type === 'BinaryExpression') return !isBuilt(node);
  return node.type === 'Identifier' && /(^|[a-z])(Script|script|Functions|Prelude|prelude)$/.test(node.name);
}

function name(node: SyntaxNode | undefined): string | undefined {
  return node?.name ?? node?.property?.name;
}
