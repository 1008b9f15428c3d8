import { z } from 'zod';
import type { Arch } from '../common/index.ts';
import { type ValueMeta, value } from './value.ts';
import { readAddress } from './values/address.ts';
import { archAliases, readChoice } from './values/choice.ts';
import { readCidr } from './values/cidr.ts';
import { cpusSchema, readCpus } from './values/cpus.ts';
import { readDigest } from './values/digest.ts';
import { readSize, sizeSchema } from './values/size.ts';
import { readText, readTexts } from './values/text.ts';
import { readUrl } from './values/url.ts';
import { readBoolean } from './values/whole-number.ts';

/* The kinds of keys that occur in several sections of the file. */

/** Non-empty text. */
export const text = (meta: ValueMeta) => value({ type: 'string', ...meta }, readText);
/** `amd64` or `arm64`. */
export const arch = (meta: ValueMeta) =>
  value<Arch>({ type: 'string', enum: ['amd64', 'arm64'], ...meta }, readChoice(['amd64', 'arm64'], archAliases));
/** Memory or disk, with its unit; bytes. */
export const size = (meta: ValueMeta) => value({ ...sizeSchema, ...meta }, readSize);
/** CPUs; thousandths. */
export const cpus = (meta: ValueMeta) => value({ ...cpusSchema, ...meta }, readCpus);
/** An http or https URL. */
export const url = (meta: ValueMeta) => value({ type: 'string', format: 'uri', ...meta }, readUrl);
/** An IPv4 range. */
export const cidr = (meta: ValueMeta) => value({ type: 'string', ...meta }, readCidr);
/** An IPv4 address of a machine. */
export const address = (meta: ValueMeta) => value({ type: 'string', format: 'ipv4', ...meta }, readAddress);
/** A sha256 in hex. */
export const digest = (meta: ValueMeta) => value({ type: 'string', pattern: '^[0-9a-f]{64}$', ...meta }, readDigest);
/** One text or a list; always a list. */
export const texts = (meta: ValueMeta) =>
  value({ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }], ...meta }, readTexts);
/** `true` or `false`. */
export const boolean = (meta: ValueMeta) => value({ type: 'boolean', ...meta }, readBoolean);

/** A map from names of the user's own to entries; a key with nothing under it is an empty map. `entry` is what one is called. */
export function mapOf<T extends z.ZodType>(entry: string, schema: T, meta: { readonly description: string }) {
  return z
    .record(z.string(), schema)
    .nullable()
    .transform((map) => map ?? ({} as z.output<z.ZodRecord<z.ZodString, T>>))
    .meta({ ...meta, entry });
}

/** `prefer:` of an app or a service. */
export const prefer = texts({
  description:
    'Where it should rather run: an architecture (`amd64`, `arm64`) or machine names, best first. Only a wish: it runs elsewhere when there is no room.',
  defaultText: 'the wish of the level above',
  examples: ['arm64', ['big']],
});
/** `require:` of an app or a service. */
export const require = texts({
  description: 'Where it must run: an architecture or machine names (any of them). It waits rather than run elsewhere.',
  defaultText: 'wherever its image can run',
  examples: ['amd64', ['old-pc']],
});
/** `renamedFrom:` of a machine or an app. */
export const renamedFrom = (what: string) =>
  text({
    description: `The name this ${what} had before, so that it is renamed rather than removed and made anew.`,
    defaultText: 'not renamed',
  });
