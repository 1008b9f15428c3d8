import { describe, expect, it } from 'vitest';
import { goldenTests } from '../../test/golden-files.ts';
import { renderProject } from '../../test/rendered-project.ts';
import { toYaml } from './to-yaml.ts';

describe('golden', () => {
  goldenTests('workloads', async (input) => {
    const { units, decided, app } = await renderProject(input);
    const placed = decided.map((d, i) => {
      const unit = units[i] as (typeof units)[number];
      const sizes = unit.services.map(
        (s) => `${s.name} ${s.request.memory / 1024 ** 2}MiB (${s.request.memoryFrom}) ${s.request.cpus}m (${s.request.cpusFrom})`,
      );
      return `${unit.id} [${sizes.join(', ')}]\n  ${d.kind === 'placed' ? `expected ${d.expected ?? '?'}: ` : 'IMPOSSIBLE: '}${d.why}\n`;
    });
    const report = app.report.map((line) => `${line.state} ${line.at?.line}:${line.at?.column} ${line.key}: ${line.text}\n`);
    return [...placed, '\n', ...report, '\n', toYaml(app.objects, { secrets: 'sealed' })].join('');
  });
});

describe('renderApp', () => {
  const compose = (extra: string) => `-- compose.yaml --\nservices:\n  a:\n    image: x\n${extra}`;
  const template = async (text: string) => {
    const { app } = await renderProject(text);
    const deployment = app.objects.find((o) => o.kind === 'Deployment') as unknown as { spec: { template: unknown } };
    return JSON.stringify(deployment.spec.template);
  };

  it('restarts a pod when a variable or a file changes, and only then', async () => {
    const one = compose('    environment: {A: "1"}\n    volumes: ["./f:/f:ro"]\n-- f --\nx\n');
    expect(await template(one)).toBe(await template(one));
    expect(await template(one.replace('"1"', '"2"'))).not.toBe(await template(one));
    expect(await template(one.replace('\nx\n', '\ny\n'))).not.toBe(await template(one));
    expect(await template(one.replace('./f:/f:ro', './f:/f:ro,z'))).toBe(await template(one));
  });

  it('keeps the template when the volume comes to be, and when the tag moves', async () => {
    const text = `prefer: [micro, arm64]\n${compose('    volumes: ["vol:/v"]\nvolumes: {vol: }\n')}`;
    expect(await template(`volumeNodes: {vol: big}\n${text}`)).toBe(await template(text));
    const moved = (digest: string) => `images: {x: {digest: "${digest}", platforms: [linux/amd64]}}\n${compose('')}`;
    expect(await template(moved('sha256:1'))).toBe(await template(moved('sha256:2')));
  });

  it('reveals secrets only when asked, as base64', async () => {
    const { app } = await renderProject(compose('    environment: {PASSWORD: hunter2}\n'));
    const hidden = Buffer.from('hunter2').toString('base64');
    expect(toYaml(app.objects, { secrets: 'sealed' })).not.toMatch(new RegExp(`hunter2|${hidden}`));
    expect(toYaml(app.objects, { secrets: 'revealed' })).toContain(hidden);
    expect(JSON.stringify(app)).not.toMatch(new RegExp(`hunter2|${hidden}`));
  });
});
