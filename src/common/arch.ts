/** The CPU architectures farthing places workloads on, by their OCI and Kubernetes name. */
export type Arch = 'amd64' | 'arm64';

/** Both, in the order they are shown. */
export const arches: readonly Arch[] = ['amd64', 'arm64'];

/** `uname -m` or an OCI architecture as ours; undefined for others. */
export function parseArch(text: string): Arch | undefined {
  if (text === 'x86_64' || text === 'amd64') return 'amd64';
  if (text === 'aarch64' || text === 'arm64') return 'arm64';
  return undefined;
}
