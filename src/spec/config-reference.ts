import { annotatedSchema, type JsonSchema, unwrap } from './config-json-schema.ts';
import { notBuilt } from './not-built.ts';

/** `docs/config.md`: every key of farthing.yaml, from the schema that reads it. Markdown, ends with a newline. */
export function configReference(): string {
  const schema = annotatedSchema();
  return `${[intro, ...sections(schema, ''), ...units, ...later()].join('\n\n')}\n`;
}

const intro = `# farthing.yaml

<!-- Generated from src/spec/schema.ts by \`npm run docs:generate\`. Do not edit. -->

Every key, what it means, and what holds when it is left out. An unknown key is an error with a
suggestion; sizes and money carry their units; secrets are references, never values. Paths are
relative to the file; \`~\` is your home. Editors that know JSON Schema check the file as you type
with \`farthing.schema.json\`.`;

/** One section for each map that has keys of its own, outer ones first. */
function sections(schema: JsonSchema, path: string): string[] {
  const map = unwrap(schema);
  const { properties, additionalProperties } = map;
  if (typeof additionalProperties === 'object') {
    const below = `${path}.<${map.entry ?? 'name'}>`;
    return additionalProperties.type === 'object' ? sections(additionalProperties, below) : [];
  }
  if (!properties) return [];
  const title = path === '' ? 'The file' : `\`${path}\``;
  const rows = Object.entries(properties).map(([key, value]) => row(key, value, map.required?.includes(key) ?? false));
  const own = [
    `## ${title}`,
    ...(map.description ? [map.description] : []),
    ['| key | value | when left out | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n'),
  ];
  return [...own, ...Object.entries(properties).flatMap(([key, value]) => sections(value, path === '' ? key : `${path}.${key}`))];
}

function row(key: string, schema: JsonSchema, required: boolean): string {
  const cells = [`\`${key}\``, valueText(schema), required ? '**needed**' : defaultText(schema), schema.description ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function valueText(schema: JsonSchema): string {
  const code = (value: unknown) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(' or ');
  if (schema.oneOf) return 'a reference to a secret';
  if (schema.examples) return schema.examples.map(code).join(', ');
  const map = unwrap(schema);
  if (typeof map.additionalProperties === 'object') return map.entry ? `a map by ${map.entry}` : 'a map of text';
  if (map.properties) return 'a map, see below';
  if (schema.anyOf) return 'text or a list';
  const words: Readonly<Record<string, string>> = { string: 'text', integer: 'a whole number', boolean: '`true` or `false`' };
  return words[String(schema.type)] ?? String(schema.type);
}

function defaultText(schema: JsonSchema): string {
  if (schema.defaultText !== undefined) return schema.defaultText;
  if (schema.default === undefined) return '–';
  const empty = typeof schema.default === 'object' && schema.default !== null && Object.keys(schema.default).length === 0;
  return empty ? 'none' : `\`${typeof schema.default === 'string' ? schema.default : JSON.stringify(schema.default)}\``;
}

const units = [
  '## Units',
  [
    '| kind | how it is written |',
    '| --- | --- |',
    '| memory, disk | a number and `KiB`, `MiB`, `GiB` or `TiB`; as in Compose, `MB`, `m` and the like count in 1024s too. Never a bare number. |',
    '| CPUs | `2`, `0.5`, or thousandths as in Kubernetes: `500m` |',
    '| money | `4.50 EUR/month` or `USD`, without VAT |',
    '| secrets | `{ env: NAME }` an environment variable, `{ file: PATH }` a file, `{ command: [PROGRAM, ARGUMENT] }` what a program prints |',
  ].join('\n'),
];

function later(): string[] {
  const rows = notBuilt.map(({ path, what, instead }) => `| \`${path.join('.').replaceAll('*', '<name>')}\` | ${what} | ${instead} |`);
  const text = 'These have their place in the file, and are refused by name (FAR-SPEC-006) until there is work behind them.';
  return ['## Known, but not built yet', text, ['| key | what it will be | until then |', '| --- | --- | --- |', ...rows].join('\n')];
}
