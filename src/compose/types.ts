import type { Bytes, Location, Millicpu, Milliseconds, Sealed } from '../common/index.ts';

/** A Compose project: merged, interpolated, in long form (compose-spec, parsing.md order). */
export interface Project {
  readonly name: string;
  readonly services: readonly Service[];
  /** Named volumes of the top level that some service mounts. */
  readonly volumes: readonly { readonly key: string; readonly external: boolean }[];
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
  readonly healthcheck?: Healthcheck;
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
  readonly readOnly: boolean;
  readonly privileged: boolean;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stopGracePeriod?: Milliseconds;
  readonly tmpfs: readonly string[];
  readonly shmSize?: Bytes;
  readonly init: boolean;
  readonly extraHosts: readonly { readonly ip: string; readonly name: string }[];
  readonly platform?: string;
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
      readonly files: readonly { readonly path: string; readonly content: Sealed; readonly mode: number }[];
      readonly secret: boolean;
      readonly at: Location;
    };

/** Compose healthcheck; `test` already in exec form (CMD-SHELL becomes `/bin/sh -c`). */
export interface Healthcheck {
  readonly test: readonly string[];
  readonly interval: Milliseconds;
  readonly timeout: Milliseconds;
  readonly retries: number;
  readonly startPeriod: Milliseconds;
}
