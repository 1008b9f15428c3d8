import { defineConfig } from 'vitest/config';

const source = ['src', 'lab', 'scripts', 'bench', 'test'];
const end = (kind: string) => source.map((folder) => `${folder}/**/*.${kind}`);

/**
 * `unit`: everything that needs nothing but this process and loopback. `program`: the built program,
 * started as a person does. `e2e`: hosts of the lab; they share one lab, so one file at a time.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: end('test.ts'), exclude: [...end('e2e.test.ts'), ...end('program.test.ts')] } },
      { test: { name: 'program', include: end('program.test.ts'), testTimeout: 60_000, hookTimeout: 120_000 } },
      {
        test: {
          name: 'e2e',
          include: end('e2e.test.ts'),
          fileParallelism: false,
          testTimeout: 15 * 60_000,
          hookTimeout: 30 * 60_000,
        },
      },
    ],
  },
});
