import { z } from 'zod';
import type { Arch } from '../common/index.ts';
import { type ValueMeta, value } from './value.ts';
import { readAddress } from './values/address.ts';
import { archAliases, readChoice } from './values/choice.ts';
import { readCidr } from './values/cidr.ts';
import { cpusSchema, readCpus } from './values/cpus.ts';
import { readDigest } from './values/digest.ts';
import { readHostKeys } from './values/host-keys.ts';
import { readK3sVersion } from './values/k3s-version.ts';
import { readLabels } from './values/labels.ts';
import { readPrice } from './values/price.ts';
import { readSecretRef, secretSchema } from './values/secret-ref.ts';
import { readSize, sizeSchema } from './values/size.ts';
import { readSshTarget } from './values/ssh-target.ts';
import { readList, readText, readTexts } from './values/text.ts';
import { readUrl } from './values/url.ts';
import { readBoolean, readWholeNumber } from './values/whole-number.ts';

/*
 * farthing.yaml, described once. Parsing, defaults, the editors' JSON Schema and docs/config.md all
 * come from here; every description says what the key means, its default and its unit.
 * What one key cannot know alone (names, files, contradictions) is in ./checks.
 */

const text = (meta: ValueMeta) => value({ type: 'string', ...meta }, readText);
const arch = (meta: ValueMeta) =>
  value<Arch>({ type: 'string', enum: ['amd64', 'arm64'], ...meta }, readChoice(['amd64', 'arm64'], archAliases));
const size = (meta: ValueMeta) => value({ ...sizeSchema, ...meta }, readSize);
const cpus = (meta: ValueMeta) => value({ ...cpusSchema, ...meta }, readCpus);
const url = (meta: ValueMeta) => value({ type: 'string', format: 'uri', ...meta }, readUrl);
const cidr = (meta: ValueMeta) => value({ type: 'string', ...meta }, readCidr);
const address = (meta: ValueMeta) => value({ type: 'string', format: 'ipv4', ...meta }, readAddress);
const digest = (meta: ValueMeta) => value({ type: 'string', pattern: '^[0-9a-f]{64}$', ...meta }, readDigest);
const texts = (meta: ValueMeta) => value({ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }], ...meta }, readTexts);
const boolean = (meta: ValueMeta) => value({ type: 'boolean', ...meta }, readBoolean);

/** A map from names of the user's own to entries; a key with nothing under it is an empty map. `entry` is what one is called. */
function mapOf<T extends z.ZodType>(entry: string, schema: T, meta: { readonly description: string }) {
  return z
    .record(z.string(), schema)
    .nullable()
    .transform((map) => map ?? ({} as z.output<z.ZodRecord<z.ZodString, T>>))
    .meta({ ...meta, entry });
}

const prefer = texts({
  description:
    'Where it should rather run: an architecture (`amd64`, `arm64`) or machine names, best first. Only a wish: it runs elsewhere when there is no room.',
  defaultText: 'the wish of the level above',
  examples: ['arm64', ['big']],
});
const require = texts({
  description: 'Where it must run: an architecture or machine names (any of them). It waits rather than run elsewhere.',
  defaultText: 'wherever its image can run',
  examples: ['amd64', ['old-pc']],
});
const renamedFrom = (what: string) =>
  text({
    description: `The name this ${what} had before, so that it is renamed rather than removed and made anew.`,
    defaultText: 'not renamed',
  });

const K3s = z
  .strictObject({
    version: value(
      {
        type: 'string',
        description:
          'K3s release, as its tag. `farthing init` writes it; it changes only by your hand or `farthing upgrade`. There is no `latest`: the same file has to mean the same cluster.',
        examples: ['v1.36.4+k3s1'],
      },
      readK3sVersion,
    ),
    mirror: url({
      description: 'Where the files of a release are downloaded from: `<mirror>/<version>/<file>`, with `+` in the version as `%2B`.',
      defaultText: "K3s' releases on GitHub",
    }).optional(),
    ca: text({
      description: 'PEM file with the private certificate authority of the mirror, relative to farthing.yaml.',
      defaultText: 'the public authorities',
    }).optional(),
    sha256: z
      .strictObject({
        amd64: digest({ description: 'sha256 of the file `k3s`, 64 hex digits.', defaultText: "the catalogue's" }).optional(),
        arm64: digest({ description: 'sha256 of the file `k3s-arm64`, 64 hex digits.', defaultText: "the catalogue's" }).optional(),
        installScript: digest({ description: 'sha256 of `install.sh`, 64 hex digits.', defaultText: "the catalogue's" }).optional(),
      })
      .optional()
      .meta({
        description:
          'Digests of the downloaded files. Needed for a version the catalogue has none for; nothing is installed that does not match.',
      }),
  })
  .meta({ description: 'Which K3s, and where it comes from.' });

const Network = z
  .strictObject({
    pods: cidr({
      description: 'Addresses of pods. Must not overlap with `services` or with any network your machines are in.',
      default: '10.42.0.0/16',
    }).optional(),
    services: cidr({ description: 'Addresses of Kubernetes services.', default: '10.43.0.0/16' }).optional(),
  })
  .meta({ description: 'Addresses inside the cluster. They cannot be changed later: that means a new cluster.' });

const Machine = z
  .strictObject({
    ssh: value(
      {
        type: 'string',
        description:
          'How ssh reaches it: `user@host`, `user@host:port`, or a name of your ssh config (whose keys, agent and jump hosts are used). The user is root or has sudo without a password.',
        examples: ['ubuntu@203.0.113.10', 'pi@10.0.0.20:2222', 'my-alias'],
      },
      readSshTarget,
    ),
    role: value(
      {
        type: 'string',
        enum: ['server', 'agent'],
        description:
          'The `server` runs the control plane (at least 2 CPUs and 2 GB) and workloads too; `agent`s run workloads. One machine is the server.',
        defaultText: '`server` for the only machine, otherwise `agent`',
      },
      readChoice(['server', 'agent'], {
        master: 'server',
        'control-plane': 'server',
        controlplane: 'server',
        worker: 'agent',
        node: 'agent',
      }),
    ).optional(),
    hostKey: value(
      {
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
        description:
          'Public host key (or several) the machine must prove to have, as `ssh-keyscan` prints it. Public, so it may stand here.',
        defaultText: 'your known_hosts; asked once when it is not there',
        examples: ['ssh-ed25519 AAAA…'],
      },
      readHostKeys,
    ).optional(),
    arch: arch({
      description: 'Its architecture. Checked against the machine; alone it is what `plan --offline` goes by.',
      defaultText: 'looked up on the machine',
    }).optional(),
    cpus: cpus({
      description: 'Its CPUs. Checked against the machine; alone it is what `plan --offline` goes by.',
      defaultText: 'looked up on the machine',
    }).optional(),
    memory: size({
      description: 'Its memory, with a unit. Checked against the machine; alone it is what `plan --offline` goes by.',
      defaultText: 'looked up on the machine',
    }).optional(),
    address: address({
      description: 'IPv4 address the other machines reach it by.',
      defaultText: 'the address of its default route',
    }).optional(),
    externalAddress: address({
      description: 'Its public IPv4 address, put into the certificate of the API.',
      defaultText: 'none',
    }).optional(),
    labels: value(
      { type: 'object', additionalProperties: { type: 'string' }, description: 'Kubernetes labels for the node.', default: {} },
      readLabels,
    ).optional(),
    price: value(
      {
        type: 'string',
        description: 'What it costs a month, without VAT, in EUR or USD; shown in the plan.',
        defaultText: 'free',
        examples: ['4.50 EUR/month'],
      },
      readPrice,
    ).optional(),
    renamedFrom: renamedFrom('machine').optional(),
  })
  .meta({
    description: 'A machine reached by ssh. The key is the name of the node, for good: lower-case letters, digits and `-`, at most 63.',
  });

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

const Registries = z
  .strictObject({
    mirrors: mapOf('registry', Mirror, {
      description: 'By the host of the registry (`docker.io`; `*` for all others): where the nodes pull from instead.',
    }).optional(),
    configs: mapOf('registry', RegistryConfig, { description: 'By host, with port if it has one: login and certificates.' }).optional(),
  })
  .meta({ description: "Image registries as the nodes are to use them (K3s' registries.yaml). farthing looks images up the same way." });

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

const App = z
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
    apps: mapOf('app', App, { description: 'What runs on the cluster.' }).optional(),
  })
  .meta({ title: 'farthing.yaml', description: 'One file for a small cluster and what runs on it.' });

/** The file as it was read: our units, no defaults yet. */
export type FarthingFile = z.output<typeof FarthingFile>;
