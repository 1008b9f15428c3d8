import { type Catalog, k3sDigest } from '../catalog/index.ts';
import type { Arch } from '../common/index.ts';
import type { K3sSpec, Spec } from '../spec/index.ts';

/** A file to download and what it must hash to. */
export interface Download {
  readonly url: string;
  /** sha256, hex. */
  readonly sha256: string;
}

/** The two files a node is made of. */
export interface Release {
  readonly version: string;
  readonly binary: Download;
  readonly installScript: Download;
}

/** Where a version's files are: the mirror's layout, or K3s' own releases (whose script is in the repository, not among them). */
export function releaseUrls(
  k3s: Pick<K3sSpec, 'version' | 'mirror'>,
  arch: Arch,
): { readonly binary: string; readonly installScript: string } {
  const version = encodeURIComponent(k3s.version);
  const name = arch === 'arm64' ? 'k3s-arm64' : 'k3s';
  if (k3s.mirror === undefined) {
    return {
      binary: `https://github.com/k3s-io/k3s/releases/download/${version}/${name}`,
      installScript: `https://raw.githubusercontent.com/k3s-io/k3s/${version}/install.sh`,
    };
  }
  const base = `${k3s.mirror.replace(/\/+$/, '')}/${version}`;
  return { binary: `${base}/${name}`, installScript: `${base}/install.sh` };
}

/** The digests of a version's files for one architecture, never from where the files come from. Throws FAR-K3S-004 when one is not known. */
export function digestFor(
  spec: Pick<Spec, 'k3s'>,
  catalog: Catalog,
  arch: Arch,
): { readonly binary: string; readonly installScript: string } {
  return { binary: k3sDigest(catalog, spec.k3s, arch), installScript: k3sDigest(catalog, spec.k3s, 'installScript') };
}

/** What is downloaded for one architecture, with digests. Throws FAR-K3S-004. */
export function releaseFor(spec: Pick<Spec, 'k3s'>, catalog: Catalog, arch: Arch): Release {
  const urls = releaseUrls(spec.k3s, arch);
  const digests = digestFor(spec, catalog, arch);
  return {
    version: spec.k3s.version,
    binary: { url: urls.binary, sha256: digests.binary },
    installScript: { url: urls.installScript, sha256: digests.installScript },
  };
}
