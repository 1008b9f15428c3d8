import { describe } from 'vitest';
import { goldenTests } from '../../test/golden-files.ts';
import { environmentOf } from '../../test/memory-project.ts';
import { renderDiagnostics } from '../common/index.ts';
import { parseSpec } from './index.ts';

/**
 * Each input is a farthing.yaml in `/project`. Comments say what surrounds it: `# files: a.yaml b/`
 * are there (`/` marks a folder), `# env: NAME` is set. Expected: the problems, or the spec.
 */
describe('farthing.yaml', () => {
  goldenTests('spec', (input) => {
    const said = (word: string) => [...input.matchAll(new RegExp(`^# ${word}: (.*)$`, 'gm'))].flatMap(([, rest = '']) => rest.split(' '));
    const files = said('files').map((path) => (path.startsWith('/') ? path : `/project/${path}`));
    const { spec, diagnostics } = parseSpec(input, {
      file: 'farthing.yaml',
      dir: '/project',
      env: environmentOf(Object.fromEntries(said('env').map((name) => [name, 'set']))),
      files: { kindOf: (path) => (files.includes(path) ? 'file' : files.includes(`${path}/`) ? 'folder' : undefined) },
    });
    if (diagnostics.length > 0) return renderDiagnostics(diagnostics, new Map([['farthing.yaml', input]]), { color: false, columns: 120 });
    const { file: _file, dir: _dir, ...rest } = spec ?? {};
    return JSON.stringify(rest, undefined, 2);
  });
});
