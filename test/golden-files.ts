import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const line = '\n----------\n';

/**
 * One test for each `test/golden/<topic>/*.txt`: the input, a line of ten dashes, what is expected.
 * `GOLDEN_UPDATE=1` writes what came out instead of comparing; read the difference before committing.
 */
export function goldenTests(topic: string, run: (input: string) => Promise<string> | string): void {
  const folder = join(import.meta.dirname, 'golden', topic);
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .sort()) {
    it(name.replace(/\.txt$/, ''), async () => {
      const text = readFileSync(join(folder, name), 'utf8');
      const [input = '', expected = ''] = text.split(line);
      const got = (await run(`${input}\n`)).trimEnd();
      if (process.env.GOLDEN_UPDATE === '1') writeFileSync(join(folder, name), `${input}${line}${got}\n`);
      else expect(got).toBe(expected.trimEnd());
    });
  }
}

/** Files in one text: each begins with a line `-- name --`; what comes before the first has the name ''. */
export function splitFiles(text: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const parts = text.split(/^-- (.+) --\n/m);
  files.set('', parts[0] ?? '');
  for (let i = 1; i < parts.length; i += 2) files.set(parts[i] as string, parts[i + 1] ?? '');
  return files;
}
