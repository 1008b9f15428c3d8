import type { Arch, Bytes, Location, Millicpu, Money } from '../common/index.ts';

/** A JSON path into farthing.yaml, e.g. `['machines', 'big', 'memory']`. */
export type Path = readonly (string | number)[];

/** Where a secret is kept. Never the value. */
export type SecretRef = { readonly env: string } | { readonly file: string } | { readonly command: readonly string[] };

/** The little of the file system that reading a spec needs. The real one is built in `cli`. */
export interface Files {
  /** What is at an absolute path, links followed; undefined when there is nothing or it cannot be read. */
  kindOf(path: string): 'file' | 'folder' | undefined;
}

/** farthing.yaml, checked, with every default filled in. */
export interface Spec {
  /** The file as it was named on the command line. */
  readonly file: string;
  /** Its folder, absolute: paths in the file are relative to it. */
  readonly dir: string;
  /** The cluster's name; a DNS label. */
  readonly name: string;
  readonly k3s: K3sSpec;
  readonly network: NetworkSpec;
  /** In the order of the file. */
  readonly machines: readonly Machine[];
  readonly placement: { readonly prefer?: Arch };
  readonly registries: Registries;
  /** Absent when the file has no `backup:`. */
  readonly backup?: BackupSpec;
  readonly apps: readonly App[];
  /** Where a path was written, for diagnostics of other rooms. The nearest parent when it was not. */
  at(path: Path): Location;
}

/** `k3s:` which K3s, and where it is downloaded from. */
export interface K3sSpec {
  /** Release tag, e.g. `v1.36.4+k3s1`. */
  readonly version: string;
  /** Base URL: `<mirror>/<version with + as %2B>/<file>`. Default: K3s' GitHub releases. */
  readonly mirror?: string;
  /** PEM file of a private CA for the mirror, absolute. */
  readonly ca?: string;
  /** Digests of the files, hex; the catalogue's when absent. */
  readonly sha256: { readonly amd64?: string; readonly arm64?: string; readonly installScript?: string };
}

/** `network:` one-way choices of K3s; changing them later means a new cluster. */
export interface NetworkSpec {
  /** Default 10.42.0.0/16. */
  readonly pods: string;
  /** Default 10.43.0.0/16. */
  readonly services: string;
  /** Default `vxlan`. */
  readonly backend: 'vxlan';
}

/** One entry of `machines:`. Only ssh machines are built so far. */
export interface Machine {
  /** The key: the node's name, for good. */
  readonly name: string;
  readonly kind: 'ssh';
  /** What ssh is given: `user@host`, an alias of the user's ssh config, with `:port` split off. */
  readonly target: string;
  readonly port?: number;
  readonly role: 'server' | 'agent';
  /** Address the other machines reach it by; default: looked up on the machine (default route). */
  readonly address?: string;
  /** Public address, for the API's certificate; optional. */
  readonly externalAddress?: string;
  /** Pinned host keys, `ssh-ed25519 AAAA…`. */
  readonly hostKeys: readonly string[];
  /** What the file expects; checked against the machine, used alone by `plan --offline`. */
  readonly arch?: Arch;
  readonly cpus?: Millicpu;
  readonly memory?: Bytes;
  /** What it costs a month, if the file says; ssh machines cost nothing by default. */
  readonly price?: Money;
  readonly labels: Readonly<Record<string, string>>;
  readonly renamedFrom?: string;
}

/** `registries:` as nodes are to use them, the shape of K3s' registries.yaml. */
export interface Registries {
  readonly mirrors: Readonly<Record<string, { readonly endpoint: readonly string[]; readonly rewrite?: Readonly<Record<string, string>> }>>;
  readonly configs: Readonly<
    Record<
      string,
      {
        readonly auth?: { readonly username: string; readonly password: SecretRef };
        /** `ca` is a PEM file on the laptop, absolute; it is copied to the nodes. */
        readonly tls?: { readonly ca?: string; readonly insecureSkipVerify?: boolean };
      }
    >
  >;
}

/** `backup:` where backups go. */
export interface BackupSpec {
  readonly repository: {
    /** `bucket` or `bucket/folder`. */
    readonly place: string;
    /** URL of the S3 service. */
    readonly endpoint: string;
    readonly region?: string;
    readonly accessKey: SecretRef;
    readonly secretKey: SecretRef;
    /** PEM file on the laptop, absolute. */
    readonly ca?: string;
  };
  readonly passphrase: SecretRef;
}

/** Wishes about where something runs. */
export interface Wishes {
  /** Soft: an architecture or machine names, best first. */
  readonly prefer: readonly string[];
  /** Hard: an architecture or machine names (any of them). */
  readonly require: readonly string[];
}

/** One entry of `apps:`, in a namespace of its own name. */
export interface App extends Wishes {
  readonly name: string;
  /** Compose files, absolute, in merge order. */
  readonly compose: readonly string[];
  readonly profiles: readonly string[];
  /** Per Compose service. */
  readonly services: Readonly<Record<string, ServiceSpec>>;
  /** Per named volume of the Compose file: `{ size: 5GiB }`. */
  readonly volumes: Readonly<Record<string, { readonly size?: Bytes }>>;
  readonly renamedFrom?: string;
}

/** What farthing.yaml adds to one Compose service. */
export interface ServiceSpec extends Wishes {
  readonly memory?: Bytes;
  readonly cpus?: Millicpu;
  readonly replicas?: number;
}
