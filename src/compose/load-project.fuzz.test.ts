import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { environmentOf, memoryProject } from '../../test/memory-project.ts';
import { loadProject } from './load-project.ts';
import { serviceKeys } from './service-keys.ts';

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('80:80', './f:/f', 'v:/v', '${A:-b}', '${', '$$', 'service_healthy', '1m', '512m', 'K=V', '../x:/y', 'db'),
);
const leaf = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const inner = [
  'test',
  'interval',
  'disable',
  'limits',
  'memory',
  'resources',
  'replicas',
  'source',
  'target',
  'type',
  'condition',
  'path',
  'file',
  'aliases',
  'mode',
];
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...inner), fc.string({ maxLength: 5 })), tie('tree'), { maxKeys: 4 }),
  ),
}));
const service = fc.dictionary(fc.constantFrom(...Object.keys(serviceKeys)), tree, { maxKeys: 8 });
const project = fc.record(
  {
    services: fc.oneof(
      { weight: 5, arbitrary: fc.dictionary(fc.constantFrom('web', 'db', 'A b'), service, { maxKeys: 3 }) },
      { weight: 1, arbitrary: tree },
    ),
    volumes: tree,
    networks: tree,
    secrets: tree,
    configs: tree,
    include: tree,
  },
  { requiredKeys: ['services'] },
);

/** Whatever people write, the answer is a project or diagnostics with a place, never an exception. */
it('never throws, and every error has a place', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        project.map((p) => stringify(p)),
        fc.string(),
      ),
      fc.string({ maxLength: 30 }),
      async (yaml, dotenv) => {
        const files = new Map([
          ['compose.yaml', yaml],
          ['.env', dotenv],
          ['f', 'content'],
        ]);
        const result = await loadProject({
          files: ['/project/compose.yaml'],
          io: memoryProject(files),
          env: environmentOf({}),
          projectName: 'p',
          profiles: [],
        });
        for (const diagnostic of result.diagnostics) {
          expect(diagnostic.location?.line).toBeGreaterThan(0);
          expect(diagnostic.location?.column).toBeGreaterThan(0);
        }
        expect(result.project !== undefined || result.diagnostics.some((d) => d.severity === 'error')).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
});
