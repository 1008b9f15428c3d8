import { z } from 'zod';
import { cpus, mapOf, prefer, renamedFrom, require, size, texts } from '../fields.ts';
import { value } from '../value.ts';
import { readWholeNumber } from '../values/whole-number.ts';

const Service = z.strictObject({
  memory: size({
    description: 'Memory to set aside for one instance, with a unit.',
    defaultText: "the Compose file's reservation, then the catalogue's for the image",
  }).optional(),
  cpus: cpus({
    description: 'CPUs to set aside for one instance.',
    defaultText: "the Compose file's reservation, then the catalogue's for the image",
  }).optional(),
  replicas: value(
    { type: 'integer', minimum: 0, maximum: 100, description: 'How many instances.', defaultText: "the Compose file's, else 1" },
    readWholeNumber(0, 100),
  ).optional(),
  prefer: prefer.optional(),
  require: require.optional(),
});

/** One entry of `apps:`. */
export const App = z
  .strictObject({
    compose: texts({
      description: 'Compose file, or several in merge order, relative to farthing.yaml.',
      examples: ['./stats/compose.yaml'],
    }),
    profiles: texts({ description: 'Compose profiles to include.', default: [] }).optional(),
    prefer: prefer.optional(),
    require: require.optional(),
    services: mapOf('service', Service, {
      description: 'What to add to single services of the Compose file, by their name there.',
    }).optional(),
    volumes: mapOf(
      'volume',
      z.strictObject({
        size: size({
          description: 'Disk to set aside, with a unit. The default storage of K3s does not enforce it.',
          default: '1GiB',
        }).optional(),
      }),
      { description: 'Settings of named volumes of the Compose file, by their name there.' },
    ).optional(),
    renamedFrom: renamedFrom('app').optional(),
  })
  .meta({
    description: 'A Compose project in a namespace of its own. The key is its name: lower-case letters, digits and `-`, at most 63.',
  });
