import { FarthingError } from '../common/index.ts';
import type { Catalog, K3sRelease } from './types.ts';

/** The files of a release that are checked before they are used. */
export type K3sFile = keyof K3sRelease['sha256'];

/** The file's name in a release. The install script is not in the release: it comes from the repository at the release's tag. */
const k3sFileNames: Readonly<Record<K3sFile, string>> = { amd64: 'k3s', arm64: 'k3s-arm64', installScript: 'install.sh' };

/**
 * The digest a download of K3s must have: the file's own pin (`k3s.sha256`) before the catalogue's.
 * Throws FAR-K3S-004 when there is neither, with the way to get one that does not trust the mirror.
 */
export function k3sDigest(
  catalog: Catalog,
  k3s: { readonly version: string; readonly sha256: Readonly<Partial<Record<K3sFile, string>>> },
  file: K3sFile,
): string {
  const digest = k3s.sha256[file] ?? catalog.k3s.find((release) => release.version === k3s.version)?.sha256[file];
  if (digest !== undefined) return digest;
  throw new FarthingError('FAR-K3S-004', `no digest is known for \`${k3sFileNames[file]}\` of K3s ${k3s.version}`, {
    hint: `get it with \`${command(k3s.version, file)}\` and pin it in the file: \`k3s: { sha256: { ${file}: … } }\``,
  });
}

function command(version: string, file: K3sFile): string {
  const tag = version.replace('+', '%2B');
  if (file === 'installScript') return `curl -sfL https://raw.githubusercontent.com/k3s-io/k3s/${tag}/install.sh | sha256sum`;
  return `curl -sfL https://github.com/k3s-io/k3s/releases/download/${tag}/sha256sum-${file}.txt | grep ' ${k3sFileNames[file]}$'`;
}
