import { describe, expect, it } from 'vitest';
import { configJsonSchema, configReference } from './index.ts';

type Schema = {
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  default?: unknown;
};

const schema = configJsonSchema() as Schema;

/** Every key with the path to it. */
function keys(at: Schema, path: string): { path: string; schema: Schema }[] {
  const own = Object.entries(at.properties ?? {}).flatMap(([key, below]) => [
    { path: `${path}/${key}`, schema: below },
    ...keys(below, `${path}/${key}`),
  ]);
  const entries = typeof at.additionalProperties === 'object' ? keys(at.additionalProperties, `${path}/*`) : [];
  return [...own, ...entries, ...(at.anyOf ?? []).flatMap((option) => keys(option, path))];
}

describe('the JSON Schema', () => {
  it('describes every key', () => {
    const all = keys(schema, '');
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter((key) => !key.schema.description).map((key) => key.path)).toEqual([]);
  });

  it('refuses unknown keys, takes an empty section, and carries defaults and nothing of ours', () => {
    const text = JSON.stringify(schema);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties?.apps?.anyOf).toContainEqual({ type: 'null' });
    expect(schema.properties?.network?.properties?.pods?.default).toBe('10.42.0.0/16');
    expect(text).toContain('"examples":["512MiB","12GiB"]');
    expect(text).not.toMatch(/defaultText|defaultValue|exampleValues|"entry"|propertyNames/);
  });
});

describe('the reference', () => {
  const page = configReference();

  it('has a row for every key', () => {
    for (const { path } of keys(schema, '').filter(({ path }) => !path.includes('/password/'))) {
      const section = path.split('/').slice(1, -1).join('.').replace(/\*/g, '<NAME>');
      const at = section === '' ? '## The file' : `## \`${section}\``;
      const headings = page.replace(/<\w+>/g, '<NAME>');
      const [, body = ''] = headings.split(`${at}\n`);
      expect(body.split('\n## ')[0], path).toContain(`| \`${path.split('/').at(-1)}\` |`);
    }
  });

  it('is plain Markdown whose tables have one width each', () => {
    const tables = page.split('\n\n').filter((block) => block.startsWith('|'));
    for (const table of tables) {
      const widths = table
        .trimEnd()
        .split('\n')
        .map((row) => row.replaceAll('\\|', '').split('|').length);
      expect(new Set(widths).size, table).toBe(1);
    }
  });
});
