import { z } from 'zod';
import { parseBytes } from '../common/index.ts';

/*
 * What the files in ./data may hold. They are written by hand, in the units people use; a mistake
 * in one is ours and shows in the tests, so the schema simply refuses.
 */

const source = { asOf: z.iso.date(), source: z.string().min(1) };

const bytes = z.string().transform((text, context) => {
  const parsed = parseBytes(text);
  if (parsed === undefined) context.issues.push({ code: 'custom', message: `not an amount: ${text}`, input: text });
  return parsed ?? 0;
});

/** `0.5` or `500m`, as thousandths. */
const cpus = z.union([
  z.number().transform((n) => n * 1000),
  z
    .string()
    .regex(/^\d+m$/)
    .transform((text) => Number.parseInt(text, 10)),
]);

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** data/k3s.json */
export const K3sData = z.strictObject({
  default: z.string(),
  releases: z.array(
    z.strictObject({
      version: z.string(),
      sha256: z.strictObject({ amd64: digest.exactOptional(), arm64: digest.exactOptional(), installScript: digest.exactOptional() }),
      ...source,
    }),
  ),
});

/** data/overhead.json */
export const OverheadData = z.array(
  z.strictObject({
    role: z.enum(['server', 'agent']),
    memory: bytes,
    cpus,
    systemReserve: bytes,
    minimumMemory: bytes,
    minimumCpus: cpus,
    ...source,
  }),
);

const image = z.strictObject({ name: z.string(), memory: bytes, cpus, ...source });

/** data/images.json */
export const ImageData = z.strictObject({ fallback: image, images: z.array(image) });

/** data/machine-types.json */
export const MachineTypeData = z.array(
  z.strictObject({
    provider: z.string(),
    type: z.string(),
    arch: z.enum(['amd64', 'arm64']),
    cpus,
    memory: bytes,
    disk: bytes.exactOptional(),
    price: z.strictObject({ amount: z.number().min(0), currency: z.enum(['EUR', 'USD']) }),
    vat: z.enum(['net', 'unknown']),
    orderable: z.enum(['yes', 'no', 'unknown']),
    note: z.string().exactOptional(),
    ...source,
  }),
);

/** data/helpers.json */
export const HelperData = z.strictObject({
  wait: z.strictObject({ image: z.string(), ...source }),
  backup: z.strictObject({ image: z.string(), ...source }),
});
