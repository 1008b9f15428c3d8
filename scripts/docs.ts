import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateDocs } from './generated-docs.ts';
import { readSourceTree, root } from './source-tree.ts';

/** Writes the documentation that comes from the code. `npm run check` fails when it was forgotten. */
for (const { path, text } of await generateDocs(readSourceTree())) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  process.stdout.write(`wrote ${path}\n`);
}
