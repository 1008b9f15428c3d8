import { type Comment, type ParseResult, type Program, parseSync } from 'oxc-parser';
import type { SourceFile } from './problem.ts';

/** A node of the syntax tree, read permissively: only the fields a check asks for. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  // biome-ignore lint/suspicious/noExplicitAny: a foreign tree of some two hundred shapes
  readonly [field: string]: any;
}

/** One module that a file asks for. */
export interface ImportSite {
  readonly specifier: string;
  readonly start: number;
  /** Only types come over: nothing is loaded when the program runs. */
  readonly typeOnly: boolean;
}

/** A parsed file. Throws nothing: files that do not parse are the type check's business and look empty here. */
export interface Syntax {
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly imports: readonly ImportSite[];
}

/** Parses TypeScript or JavaScript. */
export function parseSyntax(file: SourceFile): Syntax {
  const parsed = parseSync(file.path, file.text);
  return {
    program: parsed.program,
    comments: parsed.comments,
    imports: [...moduleImports(parsed, file.text), ...typeImports(parsed.program)],
  };
}

/** Calls `visit` for each node below (and including) `node`, parents first, with the chain of parents. */
export function walkSyntax(node: unknown, visit: (node: SyntaxNode, parents: readonly SyntaxNode[]) => void): void {
  const step = (value: unknown, parents: readonly SyntaxNode[]): void => {
    if (Array.isArray(value)) {
      for (const item of value) step(item, parents);
      return;
    }
    if (!isNode(value)) return;
    visit(value, parents);
    const chain = [...parents, value];
    for (const field of Object.values(value)) step(field, chain);
  };
  step(node, []);
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string';
}

function moduleImports({ module }: ParseResult, text: string): ImportSite[] {
  const sites: ImportSite[] = [];
  for (const found of module.staticImports) {
    const typeOnly = found.entries.length > 0 && found.entries.every((entry) => entry.isType);
    sites.push({ specifier: found.moduleRequest.value, start: found.start, typeOnly });
  }
  for (const found of module.staticExports) {
    const from = found.entries.find((entry) => entry.moduleRequest)?.moduleRequest;
    if (from) sites.push({ specifier: from.value, start: found.start, typeOnly: found.entries.every((entry) => entry.isType) });
  }
  for (const found of module.dynamicImports) {
    // The request is source text; only a plain string can be judged, and only plain strings are bundled.
    const literal = /^(['"])(.*)\1$/.exec(text.slice(found.moduleRequest.start, found.moduleRequest.end));
    if (literal?.[2] !== undefined) sites.push({ specifier: literal[2], start: found.start, typeOnly: false });
  }
  return sites;
}

function typeImports(program: Program): ImportSite[] {
  const sites: ImportSite[] = [];
  walkSyntax(program, (node) => {
    if (node.type === 'TSImportType' && typeof node.source?.value === 'string') {
      sites.push({ specifier: node.source.value, start: node.start, typeOnly: true });
    }
  });
  return sites;
}
