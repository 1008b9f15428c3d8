import { type Bytes, formatBytes, parseBytes } from '../../common/index.ts';
import { kindOf, type Read, show } from '../value.ts';

/**
 * An amount of memory or disk with its unit. A bare number is refused: the same digits mean bytes to
 * Compose and Kubernetes, and gigabytes to the person who wrote them.
 */
export function readSize(input: unknown): Read<Bytes> {
  const text = typeof input === 'number' ? String(input) : input;
  if (typeof text !== 'string') return { wrong: `should be an amount like \`512MiB\`, but is ${kindOf(input)}` };
  const bytes = parseBytes(text);
  if (bytes === 0) return { wrong: 'is zero', hint: 'remove the line to use the default' };
  if (bytes !== undefined && Number.isSafeInteger(bytes)) return { value: bytes };
  const bare = parseBytes(text, { bare: true });
  if (bare !== undefined) return { wrong: `needs a unit: ${show(text)} could be bytes, MiB or GiB`, hint: `write ${guess(bare)}` };
  return { wrong: `is not an amount: ${show(text)}`, hint: 'write a number and a unit, like `512MiB` or `12GiB`' };
}

/** What a number without a unit was probably meant to be. */
function guess(bare: number): string {
  if (bare >= 1024 ** 2) return `\`${formatBytes(bare).replace(' ', '')}\``;
  return bare < 64 ? `\`${bare}GiB\`` : `\`${bare}MiB\``;
}

/** JSON Schema of what `readSize` takes. */
export const sizeSchema = {
  type: 'string',
  pattern: '^\\d+(\\.\\d+)?\\s*([kKmMgGtT]([iI]?[bB])?|[kKmMgGtT][iI]|[bB])$',
  examples: ['512MiB', '12GiB'],
};
