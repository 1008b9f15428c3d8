import { join } from 'node:path';

/** The lab's own network: everything here lives inside one network namespace without a way out. */
export const network = {
  bridge: 'lab0',
  prefixLength: 24,
  /** The laptop, the services and "the world", all at once. */
  gateway: '10.77.0.1',
  firstHost: 11,
  /** Link-local addresses that a cloud serves to its machines: metadata and DNS, iSCSI boot volume. */
  metadata: '169.254.169.254',
  iscsi: '169.254.0.2',
} as const;

/** Ports of the lab's services on the gateway address. */
export const ports = { registry: 5000, mirror: 8443, s3: 9000 } as const;

/** Names that resolve to the gateway, on the hosts and for programs run by `lab exec`. */
export const serviceNames = ['registry.lab', 'mirror.lab', 's3.lab'] as const;

/** Where one lab instance keeps its things. Everything an instance owns carries its name. */
export interface LabPaths {
  readonly instance: string;
  /** `/var/lib/farthing-lab`, shared by all instances of this machine. */
  readonly root: string;
  readonly state: string;
  readonly cache: string;
  readonly lock: string;
  readonly owner: string;
  readonly json: string;
  readonly control: string;
  readonly log: string;
  readonly hosts: string;
  readonly ssh: {
    readonly dir: string;
    readonly key: string;
    readonly agent: string;
    readonly knownHosts: string;
  };
  readonly ca: { readonly dir: string; readonly cert: string; readonly key: string };
  /** Path of the network namespace's handle. */
  readonly netns: string;
  /** Files that `ip netns exec` binds over /etc. */
  readonly netnsEtc: string;
}

const instanceName = /^[a-z][a-z0-9-]{0,29}$/;

/**
 * Paths of the instance named by FARTHING_LAB (default `farthing-lab`), cache by FARTHING_LAB_CACHE.
 * Throws when the name could not be a host name prefix and a folder name at the same time.
 */
export function labPaths(env: NodeJS.ProcessEnv = process.env): LabPaths {
  const instance = env.FARTHING_LAB || 'farthing-lab';
  if (!instanceName.test(instance)) {
    throw new Error(`FARTHING_LAB=${instance}: use lower case letters, digits and dashes, at most 30`);
  }
  const root = '/var/lib/farthing-lab';
  const state = join(root, instance);
  const ssh = join(state, 'ssh');
  const ca = join(state, 'ca');
  return {
    instance,
    root,
    state,
    cache: env.FARTHING_LAB_CACHE || '/var/cache/farthing-lab',
    lock: join(root, `.${instance}.lock`),
    owner: join(state, 'owner.json'),
    json: join(state, 'lab.json'),
    control: join(state, 'control.sock'),
    log: join(state, 'supervisor.log'),
    hosts: join(state, 'hosts'),
    ssh: {
      dir: ssh,
      key: join(ssh, 'id_ed25519'),
      agent: join(ssh, 'agent.sock'),
      knownHosts: join(ssh, 'known_hosts'),
    },
    ca: { dir: ca, cert: join(ca, 'ca.crt'), key: join(ca, 'ca.key') },
    netns: join('/run/netns', instance),
    netnsEtc: join('/etc/netns', instance),
  };
}
