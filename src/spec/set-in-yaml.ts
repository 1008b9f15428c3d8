import { isCollection, isScalar, parseDocument, stringify } from 'yaml';
import { FarthingError } from '../common/index.ts';
import type { Path } from './types.ts';
import { yamlOptions } from './yaml-source.ts';

/** What can be written at a path: one plain value, or a map or list of them. */
export type YamlValue = string | number | boolean | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/**
 * A YAML text with one value set; missing maps on the way are made. Comments stay. When a plain
 * value takes the place of another, nothing else in the text changes, not even spacing. Throws
 * FAR-SPEC-002 when the text is not valid YAML, FAR-SPEC-004 when something that is no map is in the way.
 */
export function setInYaml(text: string, path: Path, value: YamlValue): string {
  const document = parseDocument(text, yamlOptions);
  const [error] = document.errors;
  if (error) throw new FarthingError('FAR-SPEC-002', error.message, { hint: 'correct the YAML first' });
  const plain = typeof value !== 'object';
  const node = document.getIn(path, true);
  if (plain && isScalar(node) && node.range && node.range[1] > node.range[0] && !isBlock(node.type) && !node.anchor && !node.tag) {
    const written = stringify(value, { lineWidth: 0, ...(flow(value) ? { defaultStringType: 'QUOTE_DOUBLE' as const } : {}) }).trimEnd();
    return `${text.slice(0, node.range[0])}${written}${text.slice(node.range[1])}`;
  }
  const depth = path.findIndex((_part, i) => !isCollection(document.getIn(path.slice(0, i), true)));
  if (depth === -1) document.setIn(path, document.createNode(value));
  else {
    const way = document.getIn(path.slice(0, depth), true);
    if (way !== undefined && way !== null && !(isScalar(way) && way.value === null)) {
      throw new FarthingError('FAR-SPEC-004', `\`${path.slice(0, depth).join('.')}\` is not a map`, { hint: 'make it one first' });
    }
    const nested = path.slice(depth).reduceRight<YamlValue>((inner, part) => ({ [part]: inner }), value);
    if (depth === 0) document.contents = document.createNode(nested) as unknown as typeof document.contents;
    else document.setIn(path.slice(0, depth), document.createNode(nested));
  }
  return document.toString({ lineWidth: 0 });
}

function isBlock(type: string | undefined): boolean {
  return type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';
}

/** Text that means something inside `{ }` or `[ ]`, or spans lines, is quoted wherever it lands. */
function flow(value: unknown): boolean {
  return typeof value === 'string' && /[,[\]{}\n:#]/.test(value);
}
