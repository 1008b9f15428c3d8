import { z } from 'zod';
import { address, arch, cpus, renamedFrom, size } from '../fields.ts';
import { value } from '../value.ts';
import { readChoice } from '../values/choice.ts';
import { readHostKeys } from '../values/host-keys.ts';
import { readLabels } from '../values/labels.ts';
import { readPrice } from '../values/price.ts';
import { readSshTarget } from '../values/ssh-target.ts';

/** One entry of `machines:`. */
export const Machine = z
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
