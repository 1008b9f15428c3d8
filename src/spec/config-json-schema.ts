import { z } from 'zod';
import { FarthingFile } from './schema.ts';

/** The part of JSON Schema that ours uses. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  /** Ours, not in the published schema: the default in words, and what an entry of a map is called. */
  readonly defaultText?: string;
  readonly entry?: string;
  readonly [keyword: string]: unknown;
}

/** The JSON Schema of farthing.yaml for editors (draft 7, which the YAML language server knows best). */
export function configJsonSchema(): object {
  return generate(({ defaultText: _defaultText, entry: _entry, ...schema }) => schema);
}

/** The same with our own keywords, for the reference and for hints. */
export function annotatedSchema(): JsonSchema {
  return generate((schema) => schema) as JsonSchema;
}

function generate(change: (schema: Record<string, unknown>) => Record<string, unknown>): object {
  return z.toJSONSchema(FarthingFile, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      const { defaultValue, exampleValues, propertyNames: _names, ...rest } = jsonSchema as Record<string, unknown>;
      const named = {
        ...rest,
        ...(defaultValue === undefined ? {} : { default: defaultValue }),
        ...(exampleValues === undefined ? {} : { examples: exampleValues }),
      };
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      Object.assign(jsonSchema, change(named));
    },
  });
}

/** The map inside `anyOf: [map, null]`; other schemas as they are. */
export function unwrap(schema: JsonSchema): JsonSchema {
  const inner = schema.anyOf?.find((option) => option.type === 'object');
  return inner ? { ...schema, ...inner } : schema;
}
