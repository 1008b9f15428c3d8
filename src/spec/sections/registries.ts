import { z } from 'zod';
import { boolean, mapOf, text } from '../fields.ts';
import { value } from '../value.ts';
import { readSecretRef, secretSchema } from '../values/secret-ref.ts';
import { readList } from '../values/text.ts';
import { readUrl } from '../values/url.ts';

const Mirror = z.strictObject({
  endpoint: value(
    {
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
      description: 'URLs asked instead of the registry, in order.',
      examples: ['https://mirror.example.org:5000'],
    },
    (input) => readList(input, readUrl),
  ),
  rewrite: mapOf('pattern', text({ description: 'What a matching repository name becomes.' }), {
    description: 'Regular expressions for repository names, and what they become on the mirror.',
  }).optional(),
});

const RegistryConfig = z.strictObject({
  auth: z
    .strictObject({
      username: text({ description: 'User of the registry.' }),
      password: value(
        { ...secretSchema, description: 'Where its password is kept: `{ env: NAME }`, `{ file: PATH }` or `{ command: [PROGRAM, …] }`.' },
        readSecretRef,
      ),
    })
    .optional()
    .meta({ description: 'How the nodes log in.' }),
  tls: z
    .strictObject({
      ca: text({
        description: 'PEM file with the private certificate authority, relative to farthing.yaml; it is copied to the nodes.',
        defaultText: 'the public authorities',
      }).optional(),
      insecureSkipVerify: boolean({ description: 'Do not check the certificate. For a lab.', default: false }).optional(),
    })
    .optional()
    .meta({ description: "How the registry's certificate is checked." }),
});

/** `registries:`. */
export const Registries = z
  .strictObject({
    mirrors: mapOf('registry', Mirror, {
      description: 'By the host of the registry (`docker.io`; `*` for all others): where the nodes pull from instead.',
    }).optional(),
    configs: mapOf('registry', RegistryConfig, { description: 'By host, with port if it has one: login and certificates.' }).optional(),
  })
  .meta({ description: "Image registries as the nodes are to use them (K3s' registries.yaml). farthing looks images up the same way." });
