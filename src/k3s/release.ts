import type { Catalog } from '../catalog/index.ts';
import { type Arch, FarthingError } from '../common/index.ts';
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

/**
 * The digests of a version's files for one architecture: from farthing.yaml, else from the catalogue,
 * never from where the files come from. Throws FAR-K3S-004 when one is not known.
 */
export function digestFor(spec: Spec, catalog: Catalog, arch: Arch): { readonly binary: string; readonly installScript: string } {
  const known = catalog.k3s.find((release) => release.version === spec.k3s.version)?.sha256;
  const binary = spec.k3s.sha256[arch] ?? known?.[arch];
  const installScript = spec.k3s.sha256.installScript ?? known?.installScript;
  if (binary !== undefined && installScript !== undefined) return { binary, installScript };
  const missing = [...(binary === undefined ? [arch] : []), ...(installScript === undefined ? ['installScript'] : [])];
  throw new FarthingError('FAR-K3S-004', `no digest is known for K3s ${spec.k3s.version} (${missing.join(', ')})`, {
    location: spec.at(['k3s', 'version']),
    hint: `Give it in the file, from a source you trust: k3s: { sha256: { ${missing.map((name) => `${name}: …`).join(', ')} } } — or use ${catalog.k3sDefault}.`,
  });
}

/** What is downloaded for one architecture, with digests. Throws FAR-K3S-004. */
export function releaseFor(spec: Spec, catalog: Catalog, arch: Arch): Release {
  const urls = releaseUrls(spec.k3s, arch);
  const digests = digestFor(spec, catalog, arch);
  return {
    version: spec.k3s.version,
    binary: { url: urls.binary, sha256: digests.binary },
    installScript: { url: urls.installScript, sha256: digests.installScript },
  };
}
