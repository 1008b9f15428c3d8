import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../run.ts';
import type { Arch } from './versions.ts';

/** Folder of this room. */
export const here = fileURLToPath(new URL('.', import.meta.url));

/** One `go build`. */
export interface GoBuild {
  /** Folder of the Go module, below `lab/k3s`. */
  readonly module: string;
  /** What to build: `.` or an import path that the module names as a tool. */
  readonly target: string;
  readonly output: string;
  readonly arch: Arch;
  readonly tags?: readonly string[];
  /** Linker flags beside those that leave out symbols. */
  readonly linker?: readonly string[];
  readonly cgo?: boolean;
}

/** Builds one program. Niced, because a cold build of Kubernetes takes both cores for minutes. */
export async function goBuild(build: GoBuild): Promise<void> {
  const { module, target, output, arch, tags = [], linker = [], cgo = false } = build;
  const flags = ['-trimpath', '-buildvcs=false', '-mod=readonly', ...(tags.length ? ['-tags', tags.join(',')] : [])];
  await run(['nice', '-n', '10', 'go', 'build', ...flags, '-ldflags', ['-s', '-w', ...linker].join(' '), '-o', output, target], {
    cwd: join(here, module),
    env: { CGO_ENABLED: cgo ? '1' : '0', GOOS: 'linux', GOARCH: arch, GOFLAGS: '' },
  });
}

/** Text of all files that decide what a folder below `lab/k3s` builds to; tests decide nothing. */
export async function sources(folder: string): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  const walk = async (path: string): Promise<void> => {
    for (const entry of await readdir(join(here, path), { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) {
        await walk(child);
      } else if (!entry.name.endsWith('_test.go')) {
        texts[child] = await readFile(join(here, child), 'utf8');
      }
    }
  };
  await walk(folder);
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The compiler's version: another one makes another file. */
export async function goVersion(): Promise<string> {
  return (await run(['go', 'env', 'GOVERSION'])).stdout.trim();
}
