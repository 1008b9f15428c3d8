import type { LiveObject } from '../kube/index.ts';
import type { Part } from './types.ts';

/** What an app on the cluster consists of for a backup. */
export interface AppParts {
  readonly parts: readonly Part[];
  /** Volumes that were never used: there is nothing in them. */
  readonly unused: readonly string[];
  /** Services that are stopped while the app is restored: all that do not serve a dump. */
  readonly others: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: foreign data, read permissively
type Any = any;

/**
 * Reads off the app's Deployments and claims, as they run: MariaDB services by their dump, every other
 * volume as files. The folder of a database is not copied, as a copy of it under writes is none.
 */
export function partsOf(deployments: readonly LiveObject[], claims: readonly LiveObject[]): AppParts {
  const databases = deployments.filter((deployment) => isMariadb(mainContainer(deployment)?.image));
  const dumped = new Set(databases.flatMap(dataClaims));
  const volumes = claims.filter((claim) => !dumped.has(claim.metadata.name));
  const bound = (claim: LiveObject) => claim.status?.phase === 'Bound';
  return {
    parts: [
      ...databases.map((deployment): Part => {
        const container = mainContainer(deployment);
        const { affinity } = deployment.spec?.template?.spec ?? {};
        return {
          kind: 'mariadb',
          name: deployment.metadata.name,
          image: container.image,
          env: container.env ?? [],
          ...(affinity ? { affinity } : {}),
        };
      }),
      ...volumes.filter(bound).map((claim): Part => ({ kind: 'files', name: claim.metadata.name })),
    ],
    unused: volumes.filter((claim) => !bound(claim)).map((claim) => claim.metadata.name),
    others: deployments.filter((deployment) => !databases.includes(deployment)).map((deployment) => deployment.metadata.name),
  };
}

function mainContainer(deployment: LiveObject): Any {
  const containers: Any[] = deployment.spec?.template?.spec?.containers ?? [];
  return containers.find((container) => container.name === deployment.metadata.name) ?? containers[0];
}

/** `mariadb:10.11`, `docker.io/library/mariadb@sha256:…`, `lscr.io/linuxserver/mariadb`. */
function isMariadb(image: unknown): boolean {
  return typeof image === 'string' && /(^|\/)mariadb([:@]|$)/.test(image);
}

/** Claims mounted where MariaDB keeps its data. */
function dataClaims(deployment: LiveObject): string[] {
  const mounts: Any[] = mainContainer(deployment)?.volumeMounts ?? [];
  const volumes: Any[] = deployment.spec?.template?.spec?.volumes ?? [];
  return mounts
    .filter((mount) => /^\/var\/lib\/mysql\/?$/.test(mount.mountPath))
    .flatMap((mount) => volumes.filter((volume) => volume.name === mount.name))
    .flatMap((volume) => (volume.persistentVolumeClaim ? [String(volume.persistentVolumeClaim.claimName)] : []));
}
