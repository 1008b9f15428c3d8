import { stringify } from 'yaml';

/** What `farthing init` knows when it writes the first file. */
export interface InitOptions {
  /** Name of the cluster. */
  readonly name: string;
  /** The first is the server when none says so. */
  readonly machines: readonly {
    readonly name: string;
    readonly ssh: string;
    readonly role?: 'server' | 'agent';
    /** Public host keys the user's known_hosts has for it. */
    readonly hostKeys?: readonly string[];
  }[];
  readonly apps: readonly { readonly name: string; readonly compose: string }[];
  /** Which K3s to pin; the catalogue fits. Digests it knows are written in. */
  readonly catalog: {
    readonly k3sDefault: string;
    readonly k3s: readonly {
      readonly version: string;
      readonly sha256: Readonly<Partial<Record<'amd64' | 'arm64' | 'installScript', string>>>;
    }[];
  };
}

/** A commented farthing.yaml. With names and targets that are right by themselves it is read without a problem. */
export function initSpec(options: InitOptions): string {
  return [head(options), k3s(options), machines(options), placement, apps(options)].join('\n');
}

function head({ name }: InitOptions): string {
  return `# farthing.yaml: the machines of a small cluster, and what runs on it.
# Every key is explained in docs/config.md. Next: farthing plan
version: 1
name: ${text(name)}
`;
}

function k3s({ catalog }: InitOptions): string {
  const digests = Object.entries(catalog.k3s.find((release) => release.version === catalog.k3sDefault)?.sha256 ?? {});
  const pins =
    digests.length > 0
      ? `  sha256:\n${digests.map(([file, digest]) => `    ${file}: ${digest}\n`).join('')}`
      : `  # Digests of the downloads; without them farthing says how to get them, and installs nothing.
  # sha256: { amd64: …, arm64: …, installScript: … }
`;
  return `# Changes only by your hand or \`farthing upgrade\`.
k3s:
  version: ${text(catalog.k3sDefault)}
${pins}`;
}

function machines({ machines }: InitOptions): string {
  const said = machines.some((machine) => machine.role === 'server');
  const entries = machines.map((machine, i) => {
    const role = machine.role ?? (!said && i === 0 ? 'server' : 'agent');
    const keys = machine.hostKeys ?? [];
    const hostKey =
      keys.length === 0
        ? ''
        : keys.length === 1
          ? `    hostKey: ${text(keys[0] ?? '')}\n`
          : `    hostKey:\n${keys.map((key) => `      - ${text(key)}\n`).join('')}`;
    return `  ${text(machine.name)}:\n    ssh: ${text(machine.ssh)}\n${role === 'server' ? '    role: server\n' : ''}${hostKey}`;
  });
  return `# The key is the node's name, for good. ssh is what you would type after \`ssh\`; your ssh config,
# agent and keys are used. The server needs 2 CPUs and 2 GB, an agent 1 CPU and 512 MB.
# arch, cpus and memory are looked up; write them down to plan without a connection:
#   arch: arm64
#   cpus: 2
#   memory: 12GiB
#   price: 4.50 EUR/month
machines:
${entries.join('')}`;
}

const placement = `# Where an image runs on both architectures, prefer one:
# placement: { prefer: arm64 }
`;

function apps({ apps }: InitOptions): string {
  const entries = apps.map(({ name, compose }) => `  ${text(name)}:\n    compose: ${text(compose)}\n`);
  const example = `  # stats:
  #   compose: ./stats/compose.yaml
  #   services: { db: { memory: 512MiB, prefer: [big] } }
`;
  return `# Each app is an ordinary Compose file, in a namespace of its own.
apps:
${entries.length > 0 ? entries.join('') : example}`;
}

/** A text as a YAML scalar on one line, quoted when it has to be. */
function text(value: string): string {
  const plain = stringify(value, { lineWidth: 0, defaultKeyType: 'PLAIN' }).trimEnd();
  return plain.includes('\n') ? JSON.stringify(value) : plain;
}
