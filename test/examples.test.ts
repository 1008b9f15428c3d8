import { describe, expect, it } from 'vitest';
import { readSourceTree } from '../scripts/source-tree.ts';
import type { CommandContext } from '../src/cli/command.ts';
import { realEnvironment } from '../src/cli/real-ports.ts';
import { loadWorkspace } from '../src/cli/workspace.ts';

const examples = readSourceTree().filter((file) => /^examples\/.*farthing\.yaml$/.test(file.path));

describe('examples', () => {
  it.each(examples.map((file) => file.path))('%s and its Compose files have no fault', async (path) => {
    const { diagnostics, projects } = await loadWorkspace(path, { env: realEnvironment } as CommandContext);
    expect(diagnostics.map((found) => found.message)).toEqual([]);
    expect(Object.values(projects).flatMap((project) => project.services).length).toBeGreaterThan(0);
  });
});
