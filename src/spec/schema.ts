import { z } from 'zod';
import { arch, mapOf, text } from './fields.ts';
import { App } from './sections/app.ts';
import { Backup } from './sections/backup.ts';
import { K3s } from './sections/k3s.ts';
import { Machine } from './sections/machine.ts';
import { Network } from './sections/network.ts';
import { Registries } from './sections/registries.ts';
import { value } from './value.ts';

/*
 * farthing.yaml, described once. Parsing, defaults, the editors' JSON Schema and docs/config.md all
 * come from here and from ./sections; every description says what the key means, its default and its unit.
 * What one key cannot know alone (names, files, contradictions) is in ./checks.
 */

/** The whole file. */
export const FarthingFile = z
  .strictObject({
    version: value({ const: 1, description: 'Version of this format: `1`.' }, (input) =>
      input === 1 ? { value: 1 as const } : { wrong: 'should be `1`, the only version of this format', hint: 'write `version: 1`' },
    ),
    name: text({
      description: 'Name of the cluster: lower-case letters, digits and `-`, at most 63. It also names the kubeconfig context.',
      examples: ['home'],
    }),
    k3s: K3s,
    network: Network.optional(),
    machines: mapOf('machine', Machine, { description: 'The machines of the cluster.' }),
    placement: z
      .strictObject({
        prefer: arch({ description: 'The architecture to use where an image runs on both.', defaultText: 'none' }).optional(),
      })
      .optional()
      .meta({ description: 'Wishes for all apps.' }),
    registries: Registries.optional(),
    backup: Backup.optional(),
    apps: mapOf('app', App, { description: 'What runs on the cluster.' }).optional(),
  })
  .meta({ title: 'farthing.yaml', description: 'One file for a small cluster and what runs on it.' });

/** The file as it was read: our units, no defaults yet. */
export type FarthingFile = z.output<typeof FarthingFile>;
