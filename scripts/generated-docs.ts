import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { composeSupport } from './compose-support.ts';
import type { Problem, SourceFile } from './problem.ts';
import { roomArrows } from './room-arrows.ts';
import { root } from './source-tree.ts';

/** Pages of which one part is written from the code, between `<!-- generated: NAME -->` and `<!-- /generated -->`. */
const parts: readonly { readonly path: string; readonly write: (files: readonly SourceFile[]) => string }[] = [
  { path: 'docs/architecture.md', write: (files) => `\`\`\`\n${roomArrows(files)}\`\`\`\n` },
  { path: 'docs/compose-support.md', write: composeSupport },
];
const marked = /(<!-- generated: [a-z]+ -->\n)[\s\S]*(<!-- \/generated -->)/;

/** A file that is written from the code and never by hand. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** What the spec room gives for its documentation. */
interface SpecDocs {
  readonly configReference: () => string;
  readonly configJsonSchema: () => object;
}

/** The generated files, and the generated parts of written ones, as the code would write them now. */
export async function generateDocs(files: readonly SourceFile[]): Promise<GeneratedFile[]> {
  return [...parts.flatMap(({ path, write }) => generatePart(path, write(files), files)), ...(await generateConfig())];
}

function generatePart(path: string, part: string, files: readonly SourceFile[]): GeneratedFile[] {
  const text = files.find((file) => file.path === path)?.text;
  if (text === undefined) return [];
  return [{ path, text: text.replace(marked, (_, open: string, close: string) => `${open}${part}${close}`) }];
}

async function generateConfig(): Promise<GeneratedFile[]> {
  const module = join(root, 'src/spec/index.ts');
  const spec: Partial<SpecDocs> = existsSync(module) ? await import(module) : {};
  if (!spec.configReference || !spec.configJsonSchema) return [];
  return [
    { path: 'docs/config.md', text: spec.configReference() },
    { path: 'schema/farthing.schema.json', text: `${JSON.stringify(spec.configJsonSchema(), undefined, 2)}\n` },
  ];
}

/** Reports each generated file that is not what the code would write. */
export async function checkGenerated(files: readonly SourceFile[]): Promise<Problem[]> {
  const generated = await generateDocs(files);
  return generated
    .filter(({ path, text }) => files.find((file) => file.path === path)?.text !== text)
    .map(({ path }) => ({ path, message: 'is not what the code generates: run npm run docs:generate' }));
}
