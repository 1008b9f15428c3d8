import type { Bytes, Location, Millicpu, Milliseconds, Sealed } from '../common/index.ts';

/** A Compose project: merged, interpolated, in long form (compose-spec, parsing.md order). */
export interface Project {
  readonly name: string;
  readonly services: readonly Service[];
  /** Named volumes of the top level that some service mounts. */
  readonly volumes: readonly { readonly key: string; readonly external: boolean; readonly at: Location }[];
  /** What was read but means nothing, or something slightly else, on Kubernetes. */
  readonly notes: readonly Note[];
}

/** One key that is accepted with a remark. */
export interface Note {
  /** Undefined for keys of the top level. */
  readonly service?: string;
  readonly key: string;
  readonly text: string;
  readonly at: Location;
}

/** One service in long form. Only keys farthing maps; the others were refused by name. */
export interface Service {
  readonly name: string;
  readonly at: Location;
  readonly image: string;
  readonly imageAt: Location;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  /** Values may come from `.env`, so all are sealed. */
  readonly environment: Readonly<Record<string, Sealed>>;
  readonly ports: readonly Port[];
  readonly expose: readonly { readonly target: number; readonly protocol: 'tcp' | 'udp' }[];
  readonly mounts: readonly Mount[];
  /** `none` when the file switches the image's own off; undefined when it says nothing. */
  readonly healthcheck?: Healthcheck | 'none';
  readonly dependsOn: readonly {
    readonly service: string;
    readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
  }[];
  readonly restart: 'no' | 'always' | 'on-failure' | 'unless-stopped';
  readonly memoryLimit?: Bytes;
  readonly memoryReservation?: Bytes;
  readonly cpusLimit?: Millicpu;
  readonly cpusReservation?: Millicpu;
  readonly replicas: number;
  readonly user?: string;
  readonly workingDir?: string;
  readonly hostname?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  /** Group ids besides the main one. */
  readonly groups: readonly number[];
  /** `security_opt: no-new-privileges`. */
  readonly noNewPrivileges: boolean;
  readonly readOnly: boolean;
  readonly privileged: boolean;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stopGracePeriod?: Milliseconds;
  readonly tmpfs: readonly string[];
  readonly shmSize?: Bytes;
  readonly init: boolean;
  readonly extraHosts: readonly { readonly ip: string; readonly name: string }[];
  /** `linux/amd64` or `linux/arm64`. */
  readonly platform?: string;
  readonly pullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** Every key that was written, for the account of what became of it. */
  readonly keys: readonly { readonly key: string; readonly at: Location }[];
}

/** A published port. Nothing is open to the world by it: it makes the port of the Service. */
export interface Port {
  readonly target: number;
  readonly published?: number;
  readonly protocol: 'tcp' | 'udp';
}

/** One thing mounted into the container. */
export type Mount =
  | { readonly kind: 'volume'; readonly volume: string; readonly target: string; readonly readOnly: boolean; readonly at: Location }
  /** A file or folder beside the Compose file, read at plan time: becomes a ConfigMap or Secret. */
  | {
      readonly kind: 'files';
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      /** Path below the mount (empty for a single file) to content. */
      readonly files: readonly MountedFile[];
      /** Kept in a Secret; otherwise in a ConfigMap. */
      readonly secret: boolean;
      readonly at: Location;
    };

/** One file of a mount. */
export interface MountedFile {
  /** Below the mount; empty for a single file. */
  readonly path: string;
  readonly content: Sealed;
  /** True when `content` is base64 because the file is not UTF-8 text. */
  readonly binary: boolean;
  /** Permission bits. */
  readonly mode: number;
}

/** Compose healthcheck; `test` already in exec form (CMD-SHELL becomes `/bin/sh -c`), empty for the image's own. */
export interface Healthcheck {
  readonly test: readonly string[];
  readonly interval: Milliseconds;
  readonly timeout: Milliseconds;
  readonly retries: number;
  readonly startPeriod: Milliseconds;
}

/** The files of a project, as a port: paths are absolute. */
export interface ProjectFiles {
  /** Content; rejects when it cannot be read. */
  read(path: string): Promise<Uint8Array>;
  /** Follows links; undefined when there is nothing. */
  stat(path: string): Promise<{ readonly kind: 'file' | 'folder' | 'other'; readonly size: number; readonly mode: number } | undefined>;
  /** Names in a folder. */
  list(path: string): Promise<readonly string[]>;
}
