import { defineConfig } from 'vitest/config';

const everywhere = (ending: string) => ['src', 'lab', 'scripts', 'bench', 'test'].map((folder) => `${folder}/**/*.${ending}`);
const slow = { fileParallelism: false, testTimeout: 15 * 60_000, hookTimeout: 30 * 60_000 };

export default defineConfig({
  test: {
    projects: [
      // Everything that needs only this process, loopback and small programs of the system.
      {
        test: {
          name: 'unit',
          include: everywhere('test.ts'),
          exclude: [...everywhere('e2e.test.ts'), ...everywhere('program.test.ts')],
          testTimeout: 20_000,
        },
      },
      // The built program, started as a person starts it.
      { test: { name: 'program', include: everywhere('program.test.ts'), testTimeout: 60_000, hookTimeout: 120_000 } },
      // The lab itself: each test brings up an instance of its own, outside any lab's network.
      { test: { name: 'lab', include: ['lab/**/*.e2e.test.ts'], ...slow } },
      // farthing against the hosts of one booted lab, run inside its network, one file at a time.
      { test: { name: 'e2e', include: ['src/**/*.e2e.test.ts', 'test/**/*.e2e.test.ts'], ...slow } },
    ],
  },
});
