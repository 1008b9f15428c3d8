// Bundles the program into dist/. Plain JavaScript, because npm runs it (`prepare`) before anything
// that understands TypeScript can be taken for granted.
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = `${root}src/cli/main.ts`;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

async function build() {
  if (!existsSync(entry)) return 'farthing: there is no src/cli/main.ts to build';
  const esbuild = await import('esbuild').catch((error) => {
    // `npm ci --omit=dev` leaves the build tools out; an install is not the place to fail for that.
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  });
  if (!esbuild) return 'farthing: the build tools are not installed, so dist/ was not built';
  // Built beside and swapped in: a farthing that is running keeps its lazily loaded chunks until the last moment.
  const beside = `${root}dist.${process.pid}`;
  try {
    await esbuild.build({
      entryPoints: [entry],
      outdir: beside,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      // Commands are imported when they run, so each becomes a chunk and `--help` loads none of them.
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      define: { __FARTHING_VERSION__: JSON.stringify(version) },
      // CommonJS packages in the bundle ask for Node's own modules by `require`.
      banner: { js: "import { createRequire as farthingRequire } from 'node:module'; const require = farthingRequire(import.meta.url);" },
      logLevel: 'warning',
    });
    rmSync(`${root}dist`, { recursive: true, force: true });
    renameSync(beside, `${root}dist`);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
  return undefined;
}

try {
  const remark = await build();
  if (remark) process.stderr.write(`${remark}\n`);
} catch (error) {
  // esbuild has said where and what; its own stack helps nobody.
  if (!error.errors) throw error;
  process.exitCode = 1;
}
